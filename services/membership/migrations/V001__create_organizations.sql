-- Organisations, the names under which they are found, and their memberships.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- array_to_string is only STABLE because of element types other than text.
CREATE FUNCTION joined(words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_to_string(words, ' ')
$$;

CREATE TABLE organizations (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL,
  display_name text NOT NULL,
  aliases text[] NOT NULL DEFAULT '{}',
  kind text COLLATE "C",
  governance_level text COLLATE "C",
  organization_number text COLLATE "C",
  organization_number_verified boolean NOT NULL DEFAULT false,
  county_code text COLLATE "C" NOT NULL DEFAULT '',
  nuts_code text COLLATE "C" NOT NULL DEFAULT '',
  population integer NOT NULL DEFAULT 0,
  website text NOT NULL DEFAULT '',
  registrar_email text NOT NULL DEFAULT '',
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  delete_time timestamptz,
  search tsvector NOT NULL GENERATED ALWAYS AS
    (swedish_search(display_name || ' ' || joined(aliases))) STORED
);
CREATE UNIQUE INDEX organizations_organization_number
  ON organizations (organization_number);
CREATE INDEX organizations_display_name ON organizations (display_name, name);
CREATE INDEX organizations_population ON organizations (population, name);
CREATE INDEX organizations_search ON organizations USING gin (search);

-- One row for the display name and for each alias; `lookup` is the spelling in
-- the form in which names are compared (naming_rules).
CREATE TABLE organization_names (
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  spelling text NOT NULL,
  lookup text NOT NULL,
  PRIMARY KEY (organization, spelling)
);
CREATE INDEX organization_names_lookup
  ON organization_names USING gin (lookup gin_trgm_ops);

CREATE TABLE memberships (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES organizations,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL,
  category text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  start_date date,
  end_date date,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  CHECK (end_date >= start_date)
);
CREATE INDEX memberships_parent ON memberships (parent, name);
CREATE INDEX memberships_start_date ON memberships (start_date, name);
CREATE INDEX memberships_end_date ON memberships (end_date, name);
-- An organisation belongs once at a time.
CREATE UNIQUE INDEX memberships_current ON memberships (parent)
  WHERE state IN ('APPLIED', 'ACTIVE');
