-- Erasures of people, and how long personal data is kept.

ALTER TABLE people ADD COLUMN erase_time timestamptz;
-- Who was erased is not filled in again.
ALTER TABLE people ADD CONSTRAINT people_erased CHECK (
  erase_time IS NULL
  OR (display_name = 'Raderad person' AND email = '' AND title = ''));

-- What was done, in names of tables, fields and resources: nothing here says who
-- it was.
CREATE TABLE erasures (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL,
  owners text[] NOT NULL,
  state text COLLATE "C" NOT NULL,
  request_time timestamptz NOT NULL DEFAULT now(),
  complete_time timestamptz,
  services jsonb NOT NULL,
  digest text COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX erasures_parent ON erasures (parent, request_time, name);
CREATE INDEX erasures_request_time ON erasures (request_time, name);
-- One at a time.
CREATE UNIQUE INDEX erasures_under_way ON erasures (parent)
  WHERE state <> 'COMPLETED';

-- How long each kind of personal data is kept; what a rule does stands in
-- retention_store.cc under its name. `keep_days` NULL: for good.
CREATE TABLE retention_rules (
  name text COLLATE "C" PRIMARY KEY,
  display_name text NOT NULL,
  display_name_en text NOT NULL,
  keep_days integer CHECK (keep_days > 0),
  legal_basis text NOT NULL,
  last_run_time timestamptz
);
INSERT INTO retention_rules
  (name, display_name, display_name_en, keep_days, legal_basis) VALUES
  ('retention-rules/contact-details',
   'E-postadress och titel för den vars sista uppdrag har upphört',
   'E-mail address and title of whoever''s last appointment has ended',
   730, 'GDPR, article 5(1)(e).'),
  ('retention-rules/guest-links',
   'Engångslänkar för gäster, efter att de använts eller gått ut',
   'One-time links of guests, after they were used or expired',
   30, 'GDPR, article 5(1)(e).'),
  ('retention-rules/idempotency',
   'Svar på anrop, för den som upprepar ett; varje tjänst glömmer sina egna',
   'Answers to requests, for repetitions; each service forgets its own',
   1, 'GDPR, article 5(1)(e).'),
  ('retention-rules/invitations',
   'Inbjudningar, efter att de antagits, återkallats eller gått ut',
   'Invitations, after they were accepted, revoked or expired',
   30, 'GDPR, article 5(1)(e).'),
  ('retention-rules/journal',
   'Vem som gjorde vad och när; utan namn',
   'Who did what and when; without names',
   NULL, 'GDPR, articles 5(2) and 32.'),
  ('retention-rules/outbox',
   'Vad som skickats, och till vilken adress',
   'What was sent, and to which address',
   90, 'GDPR, article 5(1)(e).'),
  ('retention-rules/sessions',
   'Inloggningar, efter att de upphört',
   'Sessions, after they ended',
   30, 'GDPR, article 5(1)(e).');

INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/journal-entry-kind', 'Slag av journalpost', 'Kind of journal entry', '[
     {"code": "CREATED", "labelSv": "Ny", "labelEn": "Created"},
     {"code": "UPDATED", "labelSv": "Ändrad", "labelEn": "Updated"},
     {"code": "DELETED", "labelSv": "Borttagen", "labelEn": "Deleted"},
     {"code": "READ", "labelSv": "Läst", "labelEn": "Read"}]',
   'c3hq6m2v7nzt4wpa'),
  ('vocabularies/journal-finding-problem', 'Fel i journalen', 'Problem of a journal', '[
     {"code": "CHANGED", "labelSv": "Ändrad efter förseglingen", "labelEn": "Changed after it was sealed"},
     {"code": "MISSING", "labelSv": "Saknas", "labelEn": "Missing"},
     {"code": "HEAD_DIFFERS", "labelSv": "Kedjan är gjord på nytt", "labelEn": "The chain was made anew"},
     {"code": "TAIL_MISSING", "labelSv": "Slutet är avskuret", "labelEn": "The end was cut off"}]',
   'k5dr2x7m3gqv6tyb'),
  ('vocabularies/erasure-state', 'Läge för en radering', 'State of an erasure', '[
     {"code": "REQUESTED", "labelSv": "Begärd", "labelEn": "Requested"},
     {"code": "RUNNING", "labelSv": "Pågår", "labelEn": "Running"},
     {"code": "COMPLETED", "labelSv": "Klar", "labelEn": "Completed"}]',
   'w4jn7c2p5hsa3lxe'),
  ('vocabularies/erased-item-outcome', 'Vad en radering gjorde', 'Outcome of an erasure', '[
     {"code": "DELETED", "labelSv": "Borttaget", "labelEn": "Deleted"},
     {"code": "REPLACED", "labelSv": "Ersatt", "labelEn": "Replaced"},
     {"code": "KEPT", "labelSv": "Bevarat", "labelEn": "Kept"}]',
   'f6vb3q7k2mzd5ruo'),
  ('vocabularies/verify-erasure-response-verdict', 'Prövning av ett kvitto', 'Verdict on a receipt', '[
     {"code": "VALID", "labelSv": "Äkta", "labelEn": "Valid"},
     {"code": "NOT_COMPLETED", "labelSv": "Inte klar", "labelEn": "Not completed"},
     {"code": "ALTERED", "labelSv": "Ändrat", "labelEn": "Altered"},
     {"code": "NOT_SEALED", "labelSv": "Inte i journalen", "labelEn": "Not in the journal"},
     {"code": "JOURNAL_BROKEN", "labelSv": "Journalen är skadad", "labelEn": "The journal is broken"}]',
   'y2tg5w7l3cxj6nbi');
