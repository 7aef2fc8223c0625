-- The hash chain as an aggregate, so that a batch is sealed by one statement
-- and not record by record.

CREATE FUNCTION journal_link(chain bytea, head bytea, content bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN sha256(coalesce(chain, head) || content);
END $$;

-- journal_chain(head, content) OVER (ORDER BY seq): each record's hash, where
-- head is the hash before the first of them.
CREATE AGGREGATE journal_chain(head bytea, content bytea) (
  SFUNC = journal_link, STYPE = bytea);

-- As before. Who could read a resource before stands in its last record, of
-- this batch or of the journal; a READ says nothing of that.
CREATE OR REPLACE FUNCTION seal_journal(batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
SET enable_seqscan = off AS $$
DECLARE
  head bigint;
  chain bytea;
  sealed integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('reglab.seal_journal')) THEN
    RETURN -1;
  END IF;
  SELECT seq, hash INTO head, chain FROM journal ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    head := 0;
    chain := sha256('');
  END IF;
  WITH taken AS (
    DELETE FROM journal_pending WHERE id IN (
      SELECT id FROM journal_pending ORDER BY id LIMIT batch)
    RETURNING *
  ), told AS (
    SELECT t.*, head + row_number() OVER (ORDER BY id) AS seq,
      lag(id) OVER same AS earlier,
      lag(visibility) OVER same AS earlier_visibility,
      lag(owners) OVER same AS earlier_owners
    FROM taken t
    WINDOW same AS (PARTITION BY name, kind = 'READ' ORDER BY id)
  ), entries AS (
    SELECT ROW(t.seq, t.at, t.caller, t.process, t.method, t.trace_id, t.kind,
        t.type, t.name, t.etag, t.field_paths, t.visibility, t.owners,
        CASE WHEN t.kind = 'READ' THEN NULL
             WHEN t.earlier IS NULL THEN before.visibility
             ELSE t.earlier_visibility END,
        CASE WHEN t.kind = 'READ' THEN NULL
             WHEN t.earlier IS NULL THEN before.owners
             ELSE t.earlier_owners END,
        NULL, t.organization, t.subjects)::journal AS entry
    FROM told t
    LEFT JOIN LATERAL (
      SELECT j.visibility, j.owners FROM journal j
      WHERE j.name = t.name AND j.kind <> 'READ' AND t.kind <> 'READ'
        AND t.earlier IS NULL
      ORDER BY j.seq DESC LIMIT 1) before ON true
  ), chained AS (
    SELECT entry, journal_chain(chain, journal_content(entry))
      OVER (ORDER BY (entry).seq) AS hash
    FROM entries
  ), written AS (
    INSERT INTO journal
    SELECT (entry).seq, (entry).at, (entry).caller, (entry).process,
      (entry).method, (entry).trace_id, (entry).kind, (entry).type,
      (entry).name, (entry).etag, (entry).field_paths, (entry).visibility,
      (entry).owners, (entry).previous_visibility, (entry).previous_owners,
      hash, (entry).organization, (entry).subjects
    FROM chained
    RETURNING seq, at, owners, previous_owners, organization
  ), readers AS (
    INSERT INTO journal_readers
    SELECT DISTINCT o, at, seq FROM written,
      unnest(owners || organization || coalesce(previous_owners, '{}')) o
    WHERE o LIKE 'organizations/%'
  )
  SELECT count(*) INTO sealed FROM written;
  IF sealed > 0 THEN
    PERFORM pg_notify('journal', (head + sealed)::text);
  END IF;
  RETURN sealed;
END $$;
