-- The sealer asks for each record who could read the resource before. Its plan
-- is kept; one that was made while the journal was small would read all of it
-- for every record of a large import.
ALTER FUNCTION seal_journal(integer) SET enable_seqscan = off;
