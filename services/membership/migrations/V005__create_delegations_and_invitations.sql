-- Delegations and invitations: what a member representative gives to colleagues.

-- The day it is in Sweden: what all dates of this service mean.
CREATE FUNCTION today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date
$$;

-- In force while not revoked, today() BETWEEN start_date AND end_date, and the
-- person is of that organisation. Who gave it may be gone: the organisation
-- gave it.
CREATE TABLE delegations (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'ORGANIZATION',
  owners text[] NOT NULL,
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  grantor text COLLATE "C" NOT NULL,
  person text COLLATE "C" NOT NULL REFERENCES people ON DELETE CASCADE,
  permissions text[] NOT NULL CHECK (cardinality(permissions) > 0),
  subject text COLLATE "C" NOT NULL,
  start_date date NOT NULL,
  end_date date NOT NULL,
  revoke_time timestamptz,
  revoker text COLLATE "C",
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  CHECK (end_date >= start_date)
);
CREATE INDEX delegations_person ON delegations (person, end_date);
CREATE INDEX delegations_organization ON delegations (organization);
CREATE INDEX delegations_end_date ON delegations (end_date, name);

-- Of the link only its token's hash is kept. The link works once: until
-- accept_time is set.
CREATE TABLE invitations (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'ORGANIZATION',
  owners text[] NOT NULL,
  email text NOT NULL,
  person text COLLATE "C" NOT NULL REFERENCES people ON DELETE CASCADE,
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  language text COLLATE "C" NOT NULL,
  inviter text COLLATE "C" NOT NULL,
  token_sha256 bytea NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
  lifetime interval NOT NULL,
  expire_time timestamptz NOT NULL,
  send_time timestamptz NOT NULL DEFAULT now(),
  send_count integer NOT NULL DEFAULT 1,
  accept_time timestamptz,
  revoke_time timestamptz,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
-- A person has one link that waits; one that expired is sent again.
CREATE UNIQUE INDEX invitations_waiting ON invitations (person)
  WHERE accept_time IS NULL AND revoke_time IS NULL;
CREATE INDEX invitations_organization ON invitations (organization);
CREATE INDEX invitations_create_time ON invitations (create_time, name);

INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/invitation-state', 'Läge för en inbjudan', 'State of an invitation', '[
     {"code": "PENDING", "labelSv": "Väntar på svar", "labelEn": "Pending"},
     {"code": "ACCEPTED", "labelSv": "Antagen", "labelEn": "Accepted"},
     {"code": "REVOKED", "labelSv": "Återkallad", "labelEn": "Revoked"},
     {"code": "EXPIRED", "labelSv": "Har gått ut", "labelEn": "Expired"}]',
   'p5n2t7x3k4w6q2zd');

-- An address reaches one person, whatever its letters' case.
CREATE UNIQUE INDEX people_email ON people (lower(email)) WHERE email <> '';
