-- Papers of meetings with their files, uploads on their way in, and what
-- organisations say before a meeting.

ALTER TABLE meetings ADD COLUMN contributions_close_date date;

-- The bytes of a file, in parts of 256 KiB, so that no more of it is ever read
-- or written at a time. `content` is the id of the upload that brought it.
CREATE TABLE content_parts (
  content text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (content, number)
);
-- Most files are packed already.
ALTER TABLE content_parts ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE uploads (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  file_name text NOT NULL,
  content_type text COLLATE "C" NOT NULL,
  size_bytes integer NOT NULL,
  sha256 text COLLATE "C",
  received_bytes integer NOT NULL DEFAULT 0 CHECK (received_bytes <= size_bytes),
  state text COLLATE "C" NOT NULL,
  creator text COLLATE "C" NOT NULL,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  expire_time timestamptz NOT NULL
);
CREATE INDEX uploads_create_time ON uploads (create_time, name);
CREATE INDEX uploads_creator ON uploads (creator);
CREATE INDEX uploads_expire_time ON uploads (expire_time);

CREATE TABLE papers (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  position integer NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  display_name text NOT NULL,
  link text,
  -- In content_parts; NULL when it is a link.
  content text COLLATE "C" UNIQUE,
  file_name text,
  content_type text COLLATE "C",
  size_bytes integer,
  sha256 text COLLATE "C",
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  CHECK ((link IS NULL) <> (content IS NULL)),
  search tsvector NOT NULL GENERATED ALWAYS AS (swedish_search(
    display_name || ' ' || coalesce(file_name, ''))) STORED
);
CREATE INDEX papers_parent ON papers (parent, position, name);
CREATE INDEX papers_position ON papers (position, name);
CREATE INDEX papers_display_name ON papers (display_name, name);
CREATE INDEX papers_create_time ON papers (create_time, name);
CREATE INDEX papers_agenda_item ON papers (agenda_item);
CREATE INDEX papers_search ON papers USING gin (search);

CREATE TABLE contributions (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  organization text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  meeting text COLLATE "C" REFERENCES meetings,
  agenda_items text[] COLLATE "C" NOT NULL,
  text text NOT NULL,
  dialogue_date date,
  state text COLLATE "C" NOT NULL,
  understanding text,
  correction text,
  author text COLLATE "C" NOT NULL,
  interpreter text COLLATE "C",
  interpret_time timestamptz,
  respondent text COLLATE "C",
  response_time timestamptz,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now(),
  search tsvector NOT NULL GENERATED ALWAYS AS (swedish_search(
    text || ' ' || coalesce(understanding, '') || ' ' || coalesce(correction, ''))) STORED
);
CREATE INDEX contributions_create_time ON contributions (create_time, name);
CREATE INDEX contributions_meeting ON contributions (meeting, create_time, name);
CREATE INDEX contributions_organization ON contributions (organization, create_time, name);
CREATE INDEX contributions_agenda_items ON contributions USING gin (agenda_items);
CREATE INDEX contributions_search ON contributions USING gin (search);

-- As for everything that stands under an agenda item: it stays as long as they.
CREATE FUNCTION keep_agenda_items_of_contributions() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM contributions WHERE agenda_items @> ARRAY[OLD.name]) THEN
    RAISE foreign_key_violation USING MESSAGE = 'a contribution belongs to the agenda item';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER keep_agenda_items_of_contributions BEFORE DELETE ON agenda_items
FOR EACH ROW EXECUTE FUNCTION keep_agenda_items_of_contributions();
