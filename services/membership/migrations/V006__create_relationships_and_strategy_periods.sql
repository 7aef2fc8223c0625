-- Relationships between organisations, strategy periods, the life of a
-- membership, seats in a body.

CREATE TABLE relationships (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL,
  organization text COLLATE "C" NOT NULL REFERENCES organizations,
  kind text COLLATE "C" NOT NULL,
  counterpart text COLLATE "C" NOT NULL REFERENCES organizations,
  start_date date,
  end_date date,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  CHECK (end_date >= start_date),
  CHECK (organization <> counterpart)
);
CREATE INDEX relationships_organization ON relationships (organization, kind);
CREATE INDEX relationships_counterpart ON relationships (counterpart, kind);
CREATE INDEX relationships_start_date ON relationships (start_date, name);

CREATE TABLE strategy_periods (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL DEFAULT '{}',
  display_name text NOT NULL,
  start_year integer NOT NULL,
  end_year integer NOT NULL CHECK (end_year >= start_year),
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX strategy_periods_start_year ON strategy_periods (start_year, name);

-- Steps as protobuf JSON, which the service answers with.
ALTER TABLE memberships ADD COLUMN history jsonb NOT NULL DEFAULT '[]';

ALTER TABLE bodies
  ADD COLUMN seats_per_organization integer NOT NULL DEFAULT 0
    CHECK (seats_per_organization >= 0),
  ADD COLUMN start_date date,
  ADD COLUMN end_date date,
  ADD CHECK (end_date >= start_date);
CREATE INDEX appointments_parent_organization
  ON appointments (parent, organization);

INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/relationship-kind', 'Slag av relation', 'Kind of relationship', '[
     {"code": "OWNED_BY", "labelSv": "Ägs av", "labelEn": "Owned by"},
     {"code": "DEVELOPMENT_RESPONSIBILITY_HELD_BY", "labelSv": "Regionalt utvecklingsansvar hos",
      "labelEn": "Responsibility for regional development held by"},
     {"code": "COOPERATES_WITH", "labelSv": "Samverkar med", "labelEn": "Cooperates with"}]',
   'r3k7w2n6x5q4t2ze');
