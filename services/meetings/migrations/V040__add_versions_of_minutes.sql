-- Minutes that were not imported, their versions, corrections, approvals and
-- case numbers; search in everything that was said; and what is final stays.

ALTER TABLE minutes
  ALTER COLUMN source_digest DROP NOT NULL,
  ALTER COLUMN source_lines SET DEFAULT 0,
  ALTER COLUMN placed_lines SET DEFAULT 0,
  ALTER COLUMN unresolved SET DEFAULT '[]',
  -- The number of the last version.
  ADD COLUMN version integer NOT NULL DEFAULT 0,
  ADD COLUMN chair text COLLATE "C",
  ADD COLUMN verifiers text[] NOT NULL DEFAULT '{}',
  ADD COLUMN corrections_until date;

CREATE TABLE minutes_versions (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES minutes,
  number integer NOT NULL,
  state text COLLATE "C" NOT NULL,
  markdown text NOT NULL,
  digest text COLLATE "C" NOT NULL,
  change text,
  reason text,
  corrections_until date,
  recipients text[] NOT NULL DEFAULT '{}',
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX minutes_versions_parent ON minutes_versions (parent, number, name);
CREATE INDEX minutes_versions_number ON minutes_versions (number, name);

-- Of the text with this digest; of another one they are worth nothing.
CREATE TABLE minutes_approvals (
  minutes text COLLATE "C" NOT NULL REFERENCES minutes,
  person text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  approve_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (minutes, person)
);
CREATE INDEX minutes_approvals_person ON minutes_approvals (person);

CREATE TABLE minutes_corrections (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES minutes,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  text text NOT NULL,
  quote text,
  version integer NOT NULL,
  organization text COLLATE "C",
  proposer text COLLATE "C",
  state text COLLATE "C" NOT NULL,
  reason text,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX minutes_corrections_parent ON minutes_corrections (parent, create_time, name);
CREATE INDEX minutes_corrections_create_time ON minutes_corrections (create_time, name);
CREATE INDEX minutes_corrections_organization
  ON minutes_corrections (organization, create_time, name);
CREATE INDEX minutes_corrections_proposer ON minutes_corrections (proposer);

CREATE TABLE case_numbers (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES minutes,
  organization text COLLATE "C" NOT NULL,
  case_number text NOT NULL,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX case_numbers_parent ON case_numbers (parent, name);
CREATE INDEX case_numbers_organization ON case_numbers (organization, name);
CREATE INDEX case_numbers_case_number ON case_numbers (case_number, name);

-- What is searched of each part. By expression, so that reading a part does not
-- read its words twice; cut off where a tsvector would be full.
CREATE FUNCTION passage(first text, second text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(coalesce(first, '') || E'\n' || coalesce(second, ''), 250000)
$$;
CREATE FUNCTION passage(first text, second text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.passage(first, array_to_string(second, E'\n'))
$$;
CREATE INDEX agenda_items_search ON agenda_items
  USING gin (swedish_search(passage(display_name, text)));
CREATE INDEX notes_search ON notes USING gin (swedish_search(passage(text, NULL::text)));
CREATE INDEX questions_search ON questions USING gin (swedish_search(passage(text, answer)));
CREATE INDEX discussions_search ON discussions
  USING gin (swedish_search(passage(text, NULL::text)));
CREATE INDEX conclusions_search ON conclusions
  USING gin (swedish_search(passage(text, points)));
CREATE INDEX decisions_search ON decisions
  USING gin (swedish_search(passage(subject, text)));
CREATE INDEX actions_search ON actions USING gin (swedish_search(passage(text, NULL::text)));
CREATE INDEX minutes_versions_search ON minutes_versions
  USING gin (swedish_search(passage(change, reason))) WHERE reason IS NOT NULL;

-- What is frozen says so itself: SQLSTATE RG001 is an error of ours, whose
-- message is the reason, detail the English and hint the Swedish text.
CREATE FUNCTION refuse_change_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RG001', MESSAGE = 'VERSION_FROZEN',
    DETAIL = 'A version of minutes is never changed or deleted. Circulate or '
      'correct the minutes instead: that makes a new version.',
    HINT = 'En version av mötesanteckningar eller protokoll ändras eller tas '
      'aldrig bort. Skicka ut eller rätta dem i stället: det ger en ny version.';
END $$;
CREATE TRIGGER minutes_versions_frozen BEFORE UPDATE OR DELETE ON minutes_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_version();

CREATE FUNCTION refuse_change_of_final_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  meeting text := CASE TG_OP WHEN 'INSERT' THEN NEW.parent ELSE OLD.parent END;
BEGIN
  IF EXISTS (SELECT FROM minutes d WHERE d.parent = meeting
             AND d.state IN ('FINAL', 'APPROVED')) THEN
    RAISE EXCEPTION USING ERRCODE = 'RG001', MESSAGE = 'MINUTES_FINAL',
      DETAIL = 'The minutes of this meeting are final, and with them all that '
        'they were made from. Correct them instead (POST …/minutes/correct): that '
        'makes a new version, which says what was changed and why.',
      HINT = 'Mötets anteckningar eller protokoll är slutliga, och med dem allt de '
        'gjordes av. Rätta dem i stället (POST …/minutes/correct): det ger en ny '
        'version, som säger vad som ändrades och varför.';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER agenda_items_final BEFORE INSERT OR UPDATE OR DELETE ON agenda_items
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER notes_final BEFORE INSERT OR UPDATE OR DELETE ON notes
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER questions_final BEFORE INSERT OR UPDATE OR DELETE ON questions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER discussions_final BEFORE INSERT OR UPDATE OR DELETE ON discussions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER conclusions_final BEFORE INSERT OR UPDATE OR DELETE ON conclusions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
-- What a confirmed suggestion makes of a passage stands in the document already.
CREATE TRIGGER decisions_final_insert BEFORE INSERT ON decisions
  FOR EACH ROW WHEN (NEW.quoted IS NOT TRUE)
  EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER decisions_final BEFORE UPDATE OR DELETE ON decisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
-- An action lives on after the meeting; its words stay.
CREATE TRIGGER actions_final_insert BEFORE INSERT ON actions
  FOR EACH ROW WHEN (NEW.quoted IS NOT TRUE)
  EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER actions_final_update BEFORE UPDATE ON actions
  FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text
    OR OLD.agenda_item IS DISTINCT FROM NEW.agenda_item)
  EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER actions_final_delete BEFORE DELETE ON actions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
-- Which organisation or person a written name means may be found out later.
CREATE TRIGGER attendances_final_update BEFORE UPDATE ON attendances
  FOR EACH ROW WHEN (OLD.name_text IS DISTINCT FROM NEW.name_text
    OR OLD.organization_text IS DISTINCT FROM NEW.organization_text
    OR OLD.role IS DISTINCT FROM NEW.role
    OR OLD.status IS DISTINCT FROM NEW.status
    OR OLD.organization IS NOT NULL AND OLD.organization IS DISTINCT FROM NEW.organization
    OR OLD.person IS NOT NULL AND OLD.person IS DISTINCT FROM NEW.person)
  EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER attendances_final BEFORE INSERT OR DELETE ON attendances
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();

-- Of final minutes only the number of the last version rises.
CREATE TRIGGER minutes_final_update BEFORE UPDATE ON minutes
  FOR EACH ROW WHEN (OLD.kind <> NEW.kind OR OLD.state <> NEW.state
    OR OLD.title IS DISTINCT FROM NEW.title
    OR OLD.chair IS DISTINCT FROM NEW.chair OR OLD.verifiers <> NEW.verifiers
    OR OLD.corrections_until IS DISTINCT FROM NEW.corrections_until)
  EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE TRIGGER minutes_final_delete BEFORE DELETE ON minutes
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_final_minutes();
CREATE FUNCTION refuse_change_of_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM minutes d WHERE d.name = OLD.minutes AND d.state = 'APPROVED') THEN
    RAISE EXCEPTION USING ERRCODE = 'RG001', MESSAGE = 'MINUTES_FINAL',
      DETAIL = 'The record is approved; who approved it stays.',
      HINT = 'Protokollet är justerat; vem som har justerat det står fast.';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER minutes_approvals_final BEFORE UPDATE OR DELETE ON minutes_approvals
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approval();
