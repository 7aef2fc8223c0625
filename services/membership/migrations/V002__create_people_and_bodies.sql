-- People, bodies, and who sits where.

CREATE TABLE people (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  given_name text NOT NULL,
  family_name text NOT NULL,
  display_name text NOT NULL,
  title text NOT NULL DEFAULT '',
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  email text NOT NULL DEFAULT '',
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS
    (swedish_search(display_name || ' ' || given_name || ' ' || family_name
                    || ' ' || title)) STORED
);
CREATE INDEX people_family_name ON people (family_name, name);
CREATE INDEX people_display_name ON people (display_name, name);
CREATE INDEX people_organization ON people (organization);
CREATE INDEX people_search ON people USING gin (search);

CREATE TABLE bodies (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL,
  display_name text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  description text NOT NULL DEFAULT '',
  convener text COLLATE "C" REFERENCES organizations,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS
    (swedish_search(display_name || ' ' || description)) STORED
);
CREATE INDEX bodies_display_name ON bodies (display_name, name);
CREATE INDEX bodies_convener ON bodies (convener);
CREATE INDEX bodies_search ON bodies USING gin (search);

-- Without contact details: whoever reads it need not be shown the person.
CREATE TABLE appointments (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES bodies,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL,
  person text COLLATE "C" NOT NULL REFERENCES people,
  person_display_name text NOT NULL,
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  role text COLLATE "C" NOT NULL,
  start_date date NOT NULL,
  end_date date,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  CHECK (end_date >= start_date)
);
CREATE INDEX appointments_parent_person_display_name
  ON appointments (parent, person_display_name, name);
CREATE INDEX appointments_person_display_name
  ON appointments (person_display_name, name);
CREATE INDEX appointments_start_date ON appointments (start_date, name);
CREATE INDEX appointments_person ON appointments (person);
CREATE INDEX appointments_organization ON appointments (organization);
