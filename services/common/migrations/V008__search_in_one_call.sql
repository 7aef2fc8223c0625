-- The same words as before, found with less: a generated column plans the SQL
-- functions that it calls anew for every statement, and most texts hold none of
-- the words that are replaced.

CREATE OR REPLACE FUNCTION swedish_search(words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF words ~* 'läroprojekt|regional' THEN
    words := public.swedish_words(words);
  END IF;
  RETURN to_tsvector('pg_catalog.swedish'::regconfig, words);
END $$;
