-- Swedish full-text search that takes the field's long and short names, and
-- its two spellings of learning project, for the same.

CREATE FUNCTION swedish_words(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(regexp_replace(regexp_replace(words,
    '\mläro(projekt)', 'lär\1', 'gi'),
    '\mregional[at]?\s+utvecklingsstrategi(er|erna|n|ns)?\M', 'rus', 'gi'),
    '\mregional[at]?\s+utvecklingsansvar(et|ets)?\M', 'rua', 'gi')
$$;

CREATE FUNCTION swedish_search(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.swedish'::regconfig, public.swedish_words(words))
$$;

CREATE FUNCTION swedish_query(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT websearch_to_tsquery('pg_catalog.swedish'::regconfig, public.swedish_words(words))
$$;
