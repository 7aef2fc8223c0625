-- Readers of the journal, and reads of personal data in it.

ALTER TABLE journal_pending
  DROP CONSTRAINT journal_pending_kind_check,
  ADD CONSTRAINT journal_pending_kind_check
    CHECK (kind IN ('CREATED', 'UPDATED', 'DELETED', 'READ')),
  -- The organisation that the caller acted for.
  ADD COLUMN organization text NOT NULL DEFAULT '',
  -- Of a READ, the resources whose data was shown.
  ADD COLUMN subjects text[] NOT NULL DEFAULT '{}';

ALTER TABLE journal
  ADD COLUMN organization text NOT NULL DEFAULT '',
  ADD COLUMN subjects text[] NOT NULL DEFAULT '{}';

-- One for each field that a filter may name and whose values can be rare: a
-- page then is one range of an index, whatever else the filter says.
DROP INDEX journal_by_time;
CREATE INDEX journal_by_time ON journal (at, seq);
CREATE INDEX journal_by_caller ON journal (caller, at, seq);
CREATE INDEX journal_by_method ON journal (method, at, seq);
CREATE INDEX journal_by_type ON journal (type, at, seq);
CREATE INDEX journal_by_kind ON journal (kind, at, seq);
CREATE INDEX journal_by_subject ON journal USING gin (subjects)
  WHERE kind = 'READ';

-- Which organisations may read an entry, so that a page of theirs is one range
-- of an index too.
CREATE TABLE journal_readers (
  organization text NOT NULL COLLATE "C",
  at timestamptz NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (organization, at, seq)
);
INSERT INTO journal_readers
  SELECT DISTINCT o, at, seq FROM journal,
    unnest(owners || coalesce(previous_owners, '{}')) o
  WHERE o LIKE 'organizations/%';

-- What was sealed before has neither organisation nor subjects, and the content
-- that it had.
CREATE OR REPLACE FUNCTION journal_content(entry journal) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT convert_to((jsonb_build_array(
    entry.seq, extract(epoch FROM entry.at), entry.caller, entry.process,
    entry.method, entry.trace_id, entry.kind, entry.type, entry.name,
    entry.etag, to_jsonb(entry.field_paths), entry.visibility,
    to_jsonb(entry.owners), entry.previous_visibility,
    to_jsonb(entry.previous_owners)) ||
    CASE WHEN entry.organization = '' AND entry.subjects = '{}' THEN '[]'
    ELSE jsonb_build_array(entry.organization, to_jsonb(entry.subjects)) END
    )::text, 'UTF8')
$$;

-- As before; a READ says nothing of who may read the resource.
CREATE OR REPLACE FUNCTION seal_journal(batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  pending journal_pending;
  entry journal;
  before record;
  head bigint;
  chain bytea;
  sealed integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('reglab.seal_journal')) THEN
    RETURN -1;
  END IF;
  SELECT seq, hash INTO head, chain FROM journal ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    head := 0;
    chain := sha256('');
  END IF;
  FOR pending IN
    WITH taken AS (
      DELETE FROM journal_pending WHERE id IN (
        SELECT id FROM journal_pending ORDER BY id LIMIT batch)
      RETURNING *)
    SELECT * FROM taken ORDER BY id
  LOOP
    head := head + 1;
    before := NULL;
    SELECT visibility, owners INTO before FROM journal
      WHERE name = pending.name AND kind <> 'READ' AND pending.kind <> 'READ'
      ORDER BY seq DESC LIMIT 1;
    entry := ROW(head, pending.at, pending.caller, pending.process,
                 pending.method, pending.trace_id, pending.kind, pending.type,
                 pending.name, pending.etag, pending.field_paths,
                 pending.visibility, pending.owners, before.visibility,
                 before.owners, NULL, pending.organization,
                 pending.subjects)::journal;
    chain := sha256(chain || journal_content(entry));
    entry.hash := chain;
    INSERT INTO journal SELECT entry.*;
    sealed := sealed + 1;
  END LOOP;
  IF sealed > 0 THEN
    INSERT INTO journal_readers
      SELECT DISTINCT o, at, seq FROM journal,
        unnest(owners || organization || coalesce(previous_owners, '{}')) o
      WHERE seq > head - sealed AND o LIKE 'organizations/%';
    PERFORM pg_notify('journal', head::text);
  END IF;
  RETURN sealed;
END $$;
