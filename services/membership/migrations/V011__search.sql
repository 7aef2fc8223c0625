-- Search by name, alias, county and body that forgives typing; labels of imports.

-- A word as it is searched for. The collation is named, because it would else be
-- that of the argument, and a code is of "C", which knows no letter but ASCII's.
CREATE FUNCTION search_word(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(normalize(word, NFC) COLLATE "sv-x-icu")
$$;

-- The words of a text, each after a blank; those with å, ä, ö and the like also
-- as they are on a keyboard without them. Who types "a" finds "å" so, and who
-- types "å" finds no "a".
CREATE FUNCTION search_words(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN plain = folded THEN plain ELSE plain || folded END
  FROM (SELECT plain, translate(plain, 'åäáàâæöóòôøéèêëüúùûíìîïñç',
                                       'aaaaaaoooooeeeeuuuuiiiinc') AS folded
        FROM (SELECT ' ' || regexp_replace(
                public.search_word(words) COLLATE "sv-x-icu",
                '[^[:alnum:]]+', ' ', 'g') AS plain) AS p) AS f
$$;

-- The counties of Statistics Sweden, which are places that people search for.
CREATE FUNCTION county_name(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(CASE code
    WHEN '01' THEN 'Stockholms län' WHEN '03' THEN 'Uppsala län'
    WHEN '04' THEN 'Södermanlands län' WHEN '05' THEN 'Östergötlands län'
    WHEN '06' THEN 'Jönköpings län' WHEN '07' THEN 'Kronobergs län'
    WHEN '08' THEN 'Kalmar län' WHEN '09' THEN 'Gotlands län'
    WHEN '10' THEN 'Blekinge län' WHEN '12' THEN 'Skåne län'
    WHEN '13' THEN 'Hallands län' WHEN '14' THEN 'Västra Götalands län'
    WHEN '17' THEN 'Värmlands län' WHEN '18' THEN 'Örebro län'
    WHEN '19' THEN 'Västmanlands län' WHEN '20' THEN 'Dalarnas län'
    WHEN '21' THEN 'Gävleborgs län' WHEN '22' THEN 'Västernorrlands län'
    WHEN '23' THEN 'Jämtlands län' WHEN '24' THEN 'Västerbottens län'
    WHEN '25' THEN 'Norrbottens län' END, '')
$$;

-- Where the regional council of the county sits (residensstad, or where the
-- region has its seat).
CREATE FUNCTION county_seat(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(CASE code
    WHEN '01' THEN 'Stockholm' WHEN '03' THEN 'Uppsala'
    WHEN '04' THEN 'Nyköping' WHEN '05' THEN 'Linköping'
    WHEN '06' THEN 'Jönköping' WHEN '07' THEN 'Växjö'
    WHEN '08' THEN 'Kalmar' WHEN '09' THEN 'Visby'
    WHEN '10' THEN 'Karlskrona' WHEN '12' THEN 'Malmö Kristianstad'
    WHEN '13' THEN 'Halmstad' WHEN '14' THEN 'Göteborg Vänersborg'
    WHEN '17' THEN 'Karlstad' WHEN '18' THEN 'Örebro'
    WHEN '19' THEN 'Västerås' WHEN '20' THEN 'Falun'
    WHEN '21' THEN 'Gävle' WHEN '22' THEN 'Härnösand'
    WHEN '23' THEN 'Östersund' WHEN '24' THEN 'Umeå'
    WHEN '25' THEN 'Luleå' END, '')
$$;

ALTER TABLE organizations ADD words text NOT NULL GENERATED ALWAYS AS
  (search_words(display_name || ' ' || joined(aliases) || ' '
                || county_name(county_code) || ' '
                || CASE WHEN kind IN ('REGION', 'COUNTY_ADMINISTRATIVE_BOARD')
                   THEN county_seat(county_code) ELSE '' END)) STORED;
CREATE INDEX organizations_words ON organizations USING gin (words gin_trgm_ops);

ALTER TABLE people ADD words text NOT NULL GENERATED ALWAYS AS
  (search_words(display_name || ' ' || given_name || ' ' || family_name || ' '
                || title)) STORED;
CREATE INDEX people_words ON people USING gin (words gin_trgm_ops);

ALTER TABLE bodies ADD words text NOT NULL GENERATED ALWAYS AS
  (search_words(display_name || ' ' || description)) STORED;
CREATE INDEX bodies_words ON bodies USING gin (words gin_trgm_ops);

ALTER TABLE appointments ADD words text NOT NULL GENERATED ALWAYS AS
  (search_words(person_display_name)) STORED;
CREATE INDEX appointments_words ON appointments USING gin (words gin_trgm_ops);

-- What `organization` asks of what was sent.
CREATE INDEX outbox_organization ON outbox (organization, create_time, name);

INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/import-format', 'Filformat vid import', 'Format of an imported file', '[
     {"code": "CSV", "labelSv": "CSV, med komma eller semikolon", "labelEn": "CSV, with commas or semicolons"},
     {"code": "NDJSON", "labelSv": "Ett JSON-objekt per rad", "labelEn": "A JSON object per line"}]',
   'h4t6m2x7q5w3r2zc'),
  ('vocabularies/import-outcome', 'Vad som blir av en rad', 'What becomes of a row', '[
     {"code": "CREATED", "labelSv": "Ny", "labelEn": "Created"},
     {"code": "UPDATED", "labelSv": "Ändrad", "labelEn": "Updated"},
     {"code": "UNCHANGED", "labelSv": "Oförändrad", "labelEn": "Unchanged"},
     {"code": "REFUSED", "labelSv": "Godtas inte", "labelEn": "Refused"}]',
   'w5k3p7n2x6d4t2zb');
