-- Meetings, and what stands in their minutes: one table per kind of part. The
-- columns below "layout" of a part say how the imported document wrote it, so
-- that the minutes can be given back; they are no fields of the resource.

CREATE TABLE meetings (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL,
  -- The caller chose the visibility: a change of state leaves it.
  visibility_chosen boolean NOT NULL DEFAULT false,
  owners text[] NOT NULL,
  display_name text NOT NULL,
  body text COLLATE "C" NOT NULL,
  date date NOT NULL,
  start_time timestamptz,
  end_time timestamptz,
  place text,
  format text COLLATE "C",
  online_link text,
  host_organization text COLLATE "C",
  previous_meeting text COLLATE "C" REFERENCES meetings,
  description text,
  state text COLLATE "C" NOT NULL,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS (swedish_search(
    display_name || ' ' || coalesce(place, '') || ' ' || coalesce(description, ''))) STORED
);
CREATE INDEX meetings_date ON meetings (date, name);
CREATE INDEX meetings_display_name ON meetings (display_name, name);
CREATE INDEX meetings_body ON meetings (body, date, name);
CREATE INDEX meetings_previous_meeting ON meetings (previous_meeting);
CREATE INDEX meetings_search ON meetings USING gin (search);

-- The document that a meeting was imported from; the parts are in the tables
-- below.
CREATE TABLE minutes (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL UNIQUE REFERENCES meetings,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  kind text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  title text,
  source_digest text COLLATE "C" NOT NULL UNIQUE,
  source_lines integer NOT NULL,
  placed_lines integer NOT NULL,
  -- What was not understood in full: messages of ImportMinutesResponse.
  unresolved jsonb NOT NULL,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE agenda_items (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  display_name text NOT NULL,
  number text,
  kind text COLLATE "C",
  presenter text,
  text text,
  -- layout
  heading text,
  heading_level integer,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX agenda_items_parent ON agenda_items (parent, position, name);
CREATE INDEX agenda_items_position ON agenda_items (position, name);
CREATE INDEX agenda_items_display_name ON agenda_items (display_name, name);

CREATE TABLE attendances (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  organization text COLLATE "C",
  organization_text text,
  person text COLLATE "C",
  name_text text,
  role text,
  status text COLLATE "C",
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attendances_parent ON attendances (parent, position, name);
CREATE INDEX attendances_position ON attendances (position, name);
CREATE INDEX attendances_agenda_item ON attendances (agenda_item);
CREATE INDEX attendances_organization ON attendances (organization);

CREATE TABLE notes (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  -- layout: TEXT, ATTENDANCE, FACT or RULE
  layout text COLLATE "C",
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notes_parent ON notes (parent, position, name);
CREATE INDEX notes_position ON notes (position, name);
CREATE INDEX notes_agenda_item ON notes (agenda_item);

CREATE TABLE questions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  answer text,
  respondent text,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX questions_parent ON questions (parent, position, name);
CREATE INDEX questions_position ON questions (position, name);
CREATE INDEX questions_agenda_item ON questions (agenda_item);

CREATE TABLE discussions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  "group" text,
  organizations text[] NOT NULL,
  -- layout
  label text,
  label_line integer,
  label_level integer,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX discussions_parent ON discussions (parent, position, name);
CREATE INDEX discussions_position ON discussions (position, name);
CREATE INDEX discussions_agenda_item ON discussions (agenda_item);

CREATE TABLE conclusions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  points text[] NOT NULL,
  -- layout
  label text,
  label_line integer,
  label_level integer,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conclusions_parent ON conclusions (parent, position, name);
CREATE INDEX conclusions_position ON conclusions (position, name);
CREATE INDEX conclusions_agenda_item ON conclusions (agenda_item);

CREATE TABLE decisions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  body text COLLATE "C",
  number text,
  subject text,
  -- layout
  label text,
  label_line integer,
  label_level integer,
  source_text text,
  quoted boolean,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX decisions_parent ON decisions (parent, position, name);
CREATE INDEX decisions_position ON decisions (position, name);
CREATE INDEX decisions_agenda_item ON decisions (agenda_item);

CREATE TABLE actions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  owner text COLLATE "C",
  owner_text text,
  due_date date,
  state text COLLATE "C",
  -- layout
  label text,
  label_line integer,
  label_level integer,
  source_text text,
  quoted boolean,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX actions_parent ON actions (parent, position, name);
CREATE INDEX actions_position ON actions (position, name);
CREATE INDEX actions_agenda_item ON actions (agenda_item);
CREATE INDEX actions_due_date ON actions (due_date, name);

CREATE TABLE suggestions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  source_line integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  kind text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  text text NOT NULL,
  quote text,
  replacement text,
  referral_kind text COLLATE "C",
  target text COLLATE "C",
  target_text text,
  title text,
  owner_text text,
  due_date date,
  number text,
  reason text,
  created_resource text COLLATE "C",
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX suggestions_parent ON suggestions (parent, position, name);
CREATE INDEX suggestions_position ON suggestions (position, name);
CREATE INDEX suggestions_agenda_item ON suggestions (agenda_item);
