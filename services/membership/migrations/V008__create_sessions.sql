-- Who is known to a provider of identities as whom, who is logged in, and the
-- links that let guests in.

-- `subject` is what the provider calls the person. Linked by an invitation.
CREATE TABLE identities (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES people ON DELETE CASCADE,
  issuer text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  UNIQUE (issuer, subject)
);
CREATE INDEX identities_parent_create_time
  ON identities (parent, create_time, name);

-- A link opens `permission` on `subject`, once. Of its token only a hash is
-- kept.
CREATE TABLE guest_links (
  name text COLLATE "C" PRIMARY KEY,
  subject text COLLATE "C" NOT NULL,
  permission text COLLATE "C" NOT NULL,
  path text NOT NULL DEFAULT '',
  token_sha256 bytea NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
  create_time timestamptz NOT NULL DEFAULT now(),
  expire_time timestamptz NOT NULL,
  use_time timestamptz
);
CREATE INDEX guest_links_expire_time ON guest_links (expire_time);

-- Opened with an identity by a person, `parent`, or with a link by a guest. The
-- organisations are those that the provider could speak for at the login.
CREATE TABLE sessions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL,
  identity text COLLATE "C" REFERENCES identities ON DELETE CASCADE,
  guest_link text COLLATE "C" REFERENCES guest_links ON DELETE CASCADE,
  organizations text[] NOT NULL DEFAULT '{}',
  secret_sha256 bytea NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
  create_time timestamptz NOT NULL DEFAULT now(),
  last_use_time timestamptz NOT NULL DEFAULT now(),
  expire_time timestamptz NOT NULL,
  CHECK (num_nonnulls(identity, guest_link) = 1)
);
CREATE INDEX sessions_parent_create_time
  ON sessions (parent, create_time, name);
CREATE INDEX sessions_identity ON sessions (identity);
CREATE INDEX sessions_guest_link ON sessions (guest_link);
CREATE INDEX sessions_expire_time ON sessions (expire_time);

-- A program that a provider knows.
ALTER TABLE clients
  ADD COLUMN issuer text COLLATE "C",
  ADD COLUMN subject text COLLATE "C",
  ADD CHECK ((issuer IS NULL) = (subject IS NULL)),
  ADD CHECK (issuer IS NULL OR organization IS NOT NULL);
CREATE UNIQUE INDEX clients_issuer_subject ON clients (issuer, subject);
