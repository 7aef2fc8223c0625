-- Work for other services, recorded in the transaction that needs it and done
-- by any replica afterwards; the id is the request_id of the call.
CREATE TABLE work (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  method text NOT NULL,
  request bytea NOT NULL,
  subject text NOT NULL,
  -- On whose behalf, as JSON.
  caller text NOT NULL,
  trace_id text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  due timestamptz NOT NULL DEFAULT now(),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX work_by_due ON work (due);
