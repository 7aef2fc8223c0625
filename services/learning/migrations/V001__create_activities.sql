-- Kinds, activities and ideas. Everything that can be read has a visibility and
-- owners: the organisations and bodies whose own it is.

CREATE TABLE activity_kinds (
  name text COLLATE "C" PRIMARY KEY,
  display_name text NOT NULL,
  display_name_en text NOT NULL,
  description text NOT NULL DEFAULT '',
  status text COLLATE "C" NOT NULL CHECK (status IN ('PILOT', 'ESTABLISHED', 'RETIRED')),
  yearly_cap integer NOT NULL DEFAULT 0,
  gates jsonb NOT NULL DEFAULT '[]',
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL DEFAULT '{}',
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  etag text NOT NULL
);
CREATE INDEX activity_kinds_by_display_name ON activity_kinds (display_name, name);

CREATE TABLE activities (
  name text COLLATE "C" PRIMARY KEY,
  display_name text NOT NULL,
  kind text NOT NULL COLLATE "C" REFERENCES activity_kinds,
  lead text COLLATE "C" NOT NULL CHECK (lead IN ('REGLAB', 'MEMBER')),
  leads text[] NOT NULL DEFAULT '{}',
  parent_activity text COLLATE "C" REFERENCES activities,
  partners text[] NOT NULL DEFAULT '{}',
  cases jsonb NOT NULL DEFAULT '[]',
  perspectives text[] NOT NULL DEFAULT '{}',
  policy_areas text[] NOT NULL DEFAULT '{}',
  scale text COLLATE "C" NOT NULL DEFAULT '',
  levels text[] NOT NULL DEFAULT '{}',
  breadth text COLLATE "C",
  summary text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  start_date date,
  end_date date CHECK (end_date >= start_date),
  place text NOT NULL DEFAULT '',
  sharing_plan text NOT NULL DEFAULT '',
  presentation text NOT NULL DEFAULT '',
  website text NOT NULL DEFAULT '',
  max_seats integer NOT NULL DEFAULT 0,
  state text COLLATE "C" NOT NULL CHECK (
    state IN ('DRAFT', 'READY', 'OPEN', 'RUNNING', 'COMPLETED', 'CANCELLED')),
  visibility text NOT NULL,
  owners text[] NOT NULL DEFAULT '{}',
  search tsvector GENERATED ALWAYS AS (
    setweight(swedish_search(display_name), 'A') ||
    setweight(swedish_search(summary), 'B') ||
    swedish_search(description || ' ' || place)) STORED,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  etag text NOT NULL
);
-- One per order that a list can have; each ends with the key.
CREATE INDEX activities_by_start_date ON activities (start_date, name);
CREATE INDEX activities_by_end_date ON activities (end_date, name);
CREATE INDEX activities_by_display_name ON activities (display_name, name);
CREATE INDEX activities_by_create_time ON activities (create_time, name);
CREATE INDEX activities_by_update_time ON activities (update_time, name);
CREATE INDEX activities_by_kind ON activities (kind, start_date, name);
CREATE INDEX activities_by_state ON activities (state, start_date, name);
CREATE INDEX activities_by_parent ON activities (parent_activity, start_date, name);
CREATE INDEX activities_by_leads ON activities USING gin (leads);
CREATE INDEX activities_by_words ON activities USING gin (search);

CREATE TABLE ideas (
  name text COLLATE "C" PRIMARY KEY,
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  proposer text COLLATE "C",
  meeting text COLLATE "C",
  suggestion text COLLATE "C" UNIQUE,
  source_line integer NOT NULL DEFAULT 0,
  year integer NOT NULL DEFAULT 0,
  state text COLLATE "C" NOT NULL CHECK (
    state IN ('PROPOSED', 'MERGED', 'DECLINED', 'REFERRED', 'ADOPTED')),
  visibility text NOT NULL,
  owners text[] NOT NULL DEFAULT '{}',
  search tsvector GENERATED ALWAYS AS (
    setweight(swedish_search(title), 'A') || swedish_search(description)) STORED,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  etag text NOT NULL
);
CREATE INDEX ideas_by_title ON ideas (title, name);
CREATE INDEX ideas_by_create_time ON ideas (create_time, name);
CREATE INDEX ideas_by_update_time ON ideas (update_time, name);
CREATE INDEX ideas_by_proposer ON ideas (proposer, create_time, name);
CREATE INDEX ideas_by_meeting ON ideas (meeting, create_time, name);
CREATE INDEX ideas_by_words ON ideas USING gin (search);
