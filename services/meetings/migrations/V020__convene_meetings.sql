-- What convening, the agenda's order and calendars need of meetings.

ALTER TABLE meetings
  -- What calendars know a meeting by; a name can be used again once its meeting
  -- is deleted, this never.
  ADD COLUMN uid text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text,
  -- Rises with every change of what a calendar shows, and when that was.
  ADD COLUMN sequence integer NOT NULL DEFAULT 0,
  ADD COLUMN calendar_time timestamptz NOT NULL DEFAULT now();
UPDATE meetings SET calendar_time = update_time;
CREATE INDEX meetings_calendar ON meetings (date, uid);

-- Meetings that were deleted, for calendars that have shown them.
CREATE TABLE deleted_meetings (
  uid text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  visibility text NOT NULL,
  owners text[] NOT NULL,
  display_name text NOT NULL,
  body text COLLATE "C" NOT NULL,
  date date NOT NULL,
  start_time timestamptz,
  end_time timestamptz,
  place text,
  format text COLLATE "C",
  host_organization text COLLATE "C",
  sequence integer NOT NULL,
  create_time timestamptz NOT NULL,
  delete_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deleted_meetings_calendar ON deleted_meetings (date, uid);

CREATE VIEW calendar_events AS
  SELECT uid, name AS meeting, visibility, owners, display_name AS summary,
    body, date, start_time, end_time, place AS location, format, online_link,
    host_organization, sequence, create_time, calendar_time AS update_time,
    CASE state WHEN 'PLANNED' THEN 'TENTATIVE'
      WHEN 'CANCELLED' THEN 'CANCELLED' ELSE 'CONFIRMED' END AS state
  FROM meetings
  UNION ALL
  SELECT uid, name, visibility, owners, display_name, body, date, start_time,
    end_time, place, format, NULL, host_organization, sequence, create_time,
    delete_time, 'CANCELLED'
  FROM deleted_meetings;

ALTER TABLE agenda_items
  ADD COLUMN duration_minutes integer,
  ADD COLUMN presenter_organization text COLLATE "C",
  ADD COLUMN presenter_person text COLLATE "C",
  ADD COLUMN follows_up text[] NOT NULL DEFAULT '{}';

-- When an item starts: the start of its meeting and the durations of all items
-- before it. NULL when one of them is not said.
CREATE FUNCTION agenda_start(item agenda_items, meeting_start timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN count(*) = count(p.duration_minutes)
    THEN meeting_start +
      make_interval(mins => coalesce(sum(p.duration_minutes), 0)::integer) END
  FROM agenda_items p WHERE p.parent = item.parent
    AND (p.position, p.name) < (item.position, item.name)
$$;

ALTER TABLE attendances
  ADD COLUMN answer text COLLATE "C",
  ADD COLUMN answer_time timestamptz,
  ADD COLUMN comment text,
  ADD COLUMN guest boolean NOT NULL DEFAULT false,
  -- Where a guest is written to: no field of the resource.
  ADD COLUMN guest_email text,
  ADD COLUMN invitation text COLLATE "C" REFERENCES attendances,
  ADD COLUMN invite_time timestamptz,
  ADD COLUMN unreachable boolean NOT NULL DEFAULT false;
CREATE INDEX attendances_invitation ON attendances (invitation);
-- Nobody is invited twice to one meeting.
CREATE UNIQUE INDEX attendances_invited ON attendances
  (parent, (coalesce(guest_email, person, organization)))
  WHERE invite_time IS NOT NULL;
