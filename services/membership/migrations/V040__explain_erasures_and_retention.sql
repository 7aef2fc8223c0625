-- What an erasure could not look for in texts: names that somebody else has too,
-- and names of one word. The receipt says how many; the names stand nowhere.
ALTER TABLE erasures ADD COLUMN unsearched_names integer NOT NULL DEFAULT 0;

ALTER TABLE retention_rules ADD COLUMN legal_basis_sv text NOT NULL DEFAULT '';
UPDATE retention_rules SET legal_basis_sv = CASE name
  WHEN 'retention-rules/journal' THEN 'GDPR, artiklarna 5.2 och 32.'
  ELSE 'GDPR, artikel 5.1 e.' END;
-- Only the address goes; what was sent, and when, stays with what it is about.
UPDATE retention_rules
  SET display_name = 'Adressen som ett brev skickades till; att det skickades är kvar',
  display_name_en = 'The address that a letter was sent to; that it was sent stays'
  WHERE name = 'retention-rules/outbox';
