-- Texts that are tried on the members: consultations with their drafts,
-- amendments and positions. Who may read a consultation may read what stands
-- under it.

-- Where a consultation is in its life on the day it is in Sweden.
CREATE FUNCTION consultation_state(state text, open_date date, close_date date)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN state NOT IN ('DRAFT', 'OPEN') THEN state
    WHEN state = 'DRAFT' AND (open_date IS NULL OR open_date > today) THEN 'DRAFT'
    WHEN close_date < today THEN 'CLOSED'
    ELSE 'OPEN'
  END FROM (SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date AS today) t
$$;

CREATE TABLE consultations (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  title text NOT NULL,
  description text,
  body text COLLATE "C" NOT NULL,
  meeting text COLLATE "C" REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  open_date date,
  close_date date,
  -- As last recorded; the days count by themselves, see consultation_state.
  state text COLLATE "C" NOT NULL,
  draft text COLLATE "C",
  adopted_draft text COLLATE "C",
  decision text COLLATE "C" REFERENCES decisions,
  -- The number of the last paragraph: ids are never given twice.
  paragraphs integer NOT NULL DEFAULT 0,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS (
    swedish_search(title || ' ' || coalesce(description, ''))) STORED,
  CHECK (close_date >= open_date)
);
CREATE INDEX consultations_create_time ON consultations (create_time, name);
CREATE INDEX consultations_title ON consultations (title, name);
CREATE INDEX consultations_close_date ON consultations (close_date, name);
CREATE INDEX consultations_meeting ON consultations (meeting, agenda_item);
CREATE INDEX consultations_agenda_item ON consultations (agenda_item);
CREATE INDEX consultations_decision ON consultations (decision);
CREATE INDEX consultations_search ON consultations USING gin (search);
-- Those whose day can come.
CREATE INDEX consultations_ahead ON consultations (name) WHERE state IN ('DRAFT', 'OPEN');

CREATE TABLE drafts (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES consultations,
  number integer NOT NULL,
  note text,
  previous_draft text COLLATE "C" REFERENCES drafts,
  decision text COLLATE "C" REFERENCES decisions,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  UNIQUE (parent, number)
);
CREATE INDEX drafts_number ON drafts (number, name);
CREATE INDEX drafts_create_time ON drafts (create_time, name);
CREATE INDEX drafts_previous_draft ON drafts (previous_draft);
CREATE INDEX drafts_decision ON drafts (decision);
ALTER TABLE consultations ADD FOREIGN KEY (draft) REFERENCES drafts;
ALTER TABLE consultations ADD FOREIGN KEY (adopted_draft) REFERENCES drafts;

CREATE TABLE draft_paragraphs (
  draft text COLLATE "C" NOT NULL REFERENCES drafts,
  position integer NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  level integer NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (draft, position),
  UNIQUE (draft, id)
);

CREATE TABLE amendments (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES consultations,
  action text COLLATE "C" NOT NULL,
  text text,
  insert_before boolean NOT NULL,
  rationale text,
  organizations text[] NOT NULL,
  meeting text COLLATE "C" REFERENCES meetings,
  "group" text,
  suggestion text COLLATE "C" UNIQUE REFERENCES suggestions,
  source_line integer NOT NULL,
  draft text COLLATE "C" REFERENCES drafts,
  paragraph text COLLATE "C",
  quote text,
  occurrence integer NOT NULL,
  anchor text COLLATE "C",
  start_offset integer NOT NULL,
  end_offset integer NOT NULL,
  waiting_reason text COLLATE "C",
  supporters text[] NOT NULL,
  state text COLLATE "C" NOT NULL,
  disposition text COLLATE "C",
  disposition_reason text,
  disposition_meeting text COLLATE "C" REFERENCES meetings,
  adopted_text text,
  dispose_time timestamptz,
  applied_draft text COLLATE "C" REFERENCES drafts,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX amendments_parent ON amendments (parent, create_time, name);
CREATE INDEX amendments_create_time ON amendments (create_time, name);
CREATE INDEX amendments_draft ON amendments (draft, paragraph);
CREATE INDEX amendments_meeting ON amendments (meeting);
CREATE INDEX amendments_disposition_meeting ON amendments (disposition_meeting, dispose_time);
CREATE INDEX amendments_applied_draft ON amendments (applied_draft);
CREATE INDEX amendments_organizations ON amendments USING gin (organizations);
CREATE INDEX amendments_supporters ON amendments USING gin (supporters);

CREATE TABLE positions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES consultations,
  question text NOT NULL,
  text text NOT NULL,
  organization text COLLATE "C",
  meeting text COLLATE "C" REFERENCES meetings,
  "group" text,
  paragraph text COLLATE "C",
  source_line integer NOT NULL,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX positions_parent ON positions (parent, question, name);
CREATE INDEX positions_question ON positions (question, name);
CREATE INDEX positions_create_time ON positions (create_time, name);
CREATE INDEX positions_organization ON positions (organization, question, name);
CREATE INDEX positions_meeting ON positions (meeting);
-- An organisation has one position on a question, and groups have what they
-- have.
CREATE UNIQUE INDEX positions_of_organization ON positions (parent, lower(question), organization)
  WHERE organization IS NOT NULL;
