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
-- retention_store.cc under its id. `keep` NULL: for good.
CREATE TABLE retention_rules (
  id text COLLATE "C" PRIMARY KEY,
  description text NOT NULL,
  keep interval,
  legal_basis text NOT NULL,
  last_run_time timestamptz
);
INSERT INTO retention_rules (id, description, keep, legal_basis) VALUES
  ('contact-details', 'E-mail address and title of people whose last appointment '
   'ended this long ago', '24 months', 'GDPR, article 5(1)(e)'),
  ('guest-links', 'One-time links of guests, after they were used or expired',
   '30 days', 'GDPR, article 5(1)(e)'),
  ('idempotency', 'Answers to requests; each service forgets its own', '24 hours',
   'GDPR, article 5(1)(e)'),
  ('invitations', 'Invitations, after they were accepted, revoked or expired',
   '30 days', 'GDPR, article 5(1)(e)'),
  ('journal', 'Who did what; without names', NULL, 'GDPR, articles 5(2) and 32'),
  ('outbox', 'What was sent, and to which address', '90 days',
   'GDPR, article 5(1)(e)'),
  ('sessions', 'Sessions, after they ended', '30 days', 'GDPR, article 5(1)(e)');
