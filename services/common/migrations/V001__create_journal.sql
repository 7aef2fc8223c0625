-- The journal: audit log, change feed and cache invalidation in one. A write
-- inserts into journal_pending in its own transaction and chains nothing; one
-- sealer at a time moves what is committed into journal, in seq without gaps.

CREATE TABLE journal_pending (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  caller text NOT NULL,
  process text NOT NULL,
  method text NOT NULL,
  trace_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('CREATED', 'UPDATED', 'DELETED')),
  type text NOT NULL,
  name text NOT NULL COLLATE "C",
  etag text NOT NULL,
  field_paths text[] NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL
);

CREATE TABLE journal (
  seq bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  caller text NOT NULL,
  process text NOT NULL,
  method text NOT NULL,
  trace_id text NOT NULL,
  kind text NOT NULL,
  type text NOT NULL,
  name text NOT NULL COLLATE "C",
  etag text NOT NULL,
  field_paths text[] NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  -- Who could read it before: they are told that it is gone.
  previous_visibility text,
  previous_owners text[],
  hash bytea NOT NULL
);
CREATE INDEX journal_by_name ON journal (name, seq);
CREATE INDEX journal_by_time ON journal (at);

-- What the hash of a record covers, apart from the hash before it.
CREATE FUNCTION journal_content(entry journal) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT convert_to(jsonb_build_array(
    entry.seq, extract(epoch FROM entry.at), entry.caller, entry.process,
    entry.method, entry.trace_id, entry.kind, entry.type, entry.name,
    entry.etag, to_jsonb(entry.field_paths), entry.visibility,
    to_jsonb(entry.owners), entry.previous_visibility,
    to_jsonb(entry.previous_owners))::text, 'UTF8')
$$;

-- Seals up to `batch` committed records and tells the readers once. Returns how
-- many, or -1 when another sealer is at work. It runs with the owner's rights:
-- the service's role can neither insert into journal nor change it.
CREATE FUNCTION seal_journal(batch integer) RETURNS integer
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
      WHERE name = pending.name ORDER BY seq DESC LIMIT 1;
    entry := ROW(head, pending.at, pending.caller, pending.process,
                 pending.method, pending.trace_id, pending.kind, pending.type,
                 pending.name, pending.etag, pending.field_paths,
                 pending.visibility, pending.owners, before.visibility,
                 before.owners, NULL)::journal;
    chain := sha256(chain || journal_content(entry));
    entry.hash := chain;
    INSERT INTO journal SELECT entry.*;
    sealed := sealed + 1;
  END LOOP;
  IF sealed > 0 THEN
    PERFORM pg_notify('journal', head::text);
  END IF;
  RETURN sealed;
END $$;
