-- Programs that call the API, and their keys.

CREATE TABLE clients (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'ORGANIZATION',
  owners text[] NOT NULL,
  display_name text NOT NULL,
  organization text COLLATE "C" REFERENCES organizations,
  roles text[] NOT NULL DEFAULT '{}',
  scopes text[] NOT NULL DEFAULT '{}',
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX clients_display_name ON clients (display_name, name);
CREATE INDEX clients_organization ON clients (organization);

-- Of a secret only its hash is kept. `bootstrap` marks the key that the first
-- start makes and writes to a file.
CREATE TABLE keys (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  key_id text COLLATE "C" NOT NULL UNIQUE,
  secret_sha256 text COLLATE "C" NOT NULL CHECK (secret_sha256 ~ '^[0-9a-f]{64}$'),
  bootstrap boolean NOT NULL DEFAULT false,
  expire_time timestamptz,
  last_use_time timestamptz,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX keys_parent_create_time ON keys (parent, create_time, name);
