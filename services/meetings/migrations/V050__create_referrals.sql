-- What is sent on, and what comes back; actions that end; and one list of what
-- is out.

CREATE TABLE referrals (
  name text COLLATE "C" PRIMARY KEY,
  -- Once it is sent; before that it is the sending body's.
  visibility text NOT NULL,
  -- The sending body, and once it is sent its target.
  owners text[] NOT NULL,
  kind text COLLATE "C" NOT NULL,
  title text NOT NULL,
  text text NOT NULL,
  from_body text COLLATE "C" NOT NULL,
  target text COLLATE "C",
  target_text text,
  due_date date,
  state text COLLATE "C" NOT NULL,
  meeting text COLLATE "C" REFERENCES meetings,
  agenda_item text COLLATE "C" REFERENCES agenda_items,
  suggestion text COLLATE "C" UNIQUE REFERENCES suggestions,
  source_line integer NOT NULL DEFAULT 0,
  answer text,
  reason text,
  send_time timestamptz,
  end_time timestamptz,
  -- On whose agenda stands what came back.
  answer_meeting text COLLATE "C" REFERENCES meetings,
  reminder_date date,
  -- Where a one-time link goes; gone when the referral has ended.
  email text,
  unreachable boolean NOT NULL DEFAULT false,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX referrals_create_time ON referrals (create_time, name);
CREATE INDEX referrals_due_date ON referrals (due_date, name);
CREATE INDEX referrals_target ON referrals (target, create_time, name);
CREATE INDEX referrals_from_body ON referrals (from_body, create_time, name);
CREATE INDEX referrals_meeting ON referrals (meeting, source_line, name);
CREATE INDEX referrals_agenda_item ON referrals (agenda_item);
CREATE INDEX referrals_answer_meeting ON referrals (answer_meeting);
-- What is out: the list of it, and the reminders.
CREATE INDEX referrals_out ON referrals (due_date, name)
  WHERE state IN ('SENT', 'ACKNOWLEDGED');

CREATE TABLE referral_steps (
  referral text COLLATE "C" NOT NULL REFERENCES referrals ON DELETE CASCADE,
  number integer NOT NULL,
  state text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL DEFAULT now(),
  -- NULL once the person is erased.
  caller text COLLATE "C",
  organization text COLLATE "C",
  text text,
  PRIMARY KEY (referral, number)
);
CREATE INDEX referral_steps_caller ON referral_steps (caller);

UPDATE actions SET state = 'OPEN' WHERE state IS NULL;
ALTER TABLE actions
  ADD COLUMN done_date date,
  ADD COLUMN reason text,
  ADD COLUMN suggestion text COLLATE "C" UNIQUE REFERENCES suggestions,
  ADD COLUMN reminder_date date;
CREATE INDEX actions_out ON actions (due_date, name) WHERE state = 'OPEN';
CREATE INDEX actions_state ON actions (state, due_date, name);
ALTER TABLE decisions
  ADD COLUMN suggestion text COLLATE "C" UNIQUE REFERENCES suggestions;
ALTER TABLE suggestions ADD COLUMN owner text COLLATE "C";

-- Days are days in Sweden.
CREATE OR REPLACE FUNCTION today() RETURNS date LANGUAGE sql STABLE AS
  $$SELECT (now() AT TIME ZONE 'Europe/Stockholm')::date$$;

CREATE VIEW outstanding_items AS
  SELECT r.name, 'REFERRAL' AS kind, r.title, r.target AS holder,
    r.target_text AS holder_text,
    (r.send_time AT TIME ZONE 'Europe/Stockholm')::date AS since, r.due_date,
    r.meeting, r.from_body AS body, r.visibility, r.owners,
    r.visibility AS meeting_visibility, r.owners AS meeting_owners
  FROM referrals r WHERE r.state IN ('SENT', 'ACKNOWLEDGED')
  UNION ALL
  SELECT a.name, 'ACTION', a.text, a.owner, a.owner_text, m.date, a.due_date,
    a.parent, m.body, a.visibility, a.owners, m.visibility, m.owners
  FROM actions a JOIN meetings m ON m.name = a.parent WHERE a.state = 'OPEN';
