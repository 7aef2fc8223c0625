-- Who belongs and who sits where today, for what follows from it; feed tokens;
-- how much a client may ask.

CREATE VIEW appointments_today AS
SELECT a.* FROM appointments a
WHERE today() BETWEEN a.start_date AND coalesce(a.end_date, 'infinity');

CREATE VIEW members_today AS
SELECT DISTINCT m.parent AS organization
FROM memberships m JOIN organizations o ON o.name = m.parent
WHERE m.state = 'ACTIVE' AND o.delete_time IS NULL
  AND today() BETWEEN coalesce(m.start_date, '-infinity')
                  AND coalesce(m.end_date, 'infinity');

CREATE VIEW delegations_today AS
SELECT d.* FROM delegations d JOIN people p ON p.name = d.person
WHERE d.revoke_time IS NULL AND p.organization = d.organization
  AND today() BETWEEN d.start_date AND d.end_date;

ALTER TABLE clients
  ADD COLUMN requests_per_minute integer NOT NULL DEFAULT 600
    CHECK (requests_per_minute BETWEEN 1 AND 60000),
  ADD COLUMN for_operations boolean NOT NULL DEFAULT false;
-- The secretariat's programs load and move data.
UPDATE clients SET requests_per_minute = 60000 WHERE organization IS NULL;

-- A token opens one path for reading. Of its secret only a hash is kept.
CREATE TABLE feed_tokens (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'ORGANIZATION',
  owners text[] NOT NULL,
  display_name text NOT NULL,
  feed text NOT NULL,
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  person text COLLATE "C" REFERENCES people ON DELETE CASCADE,
  token_id text COLLATE "C" NOT NULL UNIQUE,
  secret_sha256 text COLLATE "C" NOT NULL CHECK (secret_sha256 ~ '^[0-9a-f]{64}$'),
  expire_time timestamptz,
  last_use_time timestamptz,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feed_tokens_organization ON feed_tokens (organization);
CREATE INDEX feed_tokens_person ON feed_tokens (person);
CREATE INDEX feed_tokens_create_time ON feed_tokens (create_time, name);
CREATE INDEX feed_tokens_display_name ON feed_tokens (display_name, name);
