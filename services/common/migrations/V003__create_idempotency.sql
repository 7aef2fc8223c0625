-- Answers of committed writes, by caller, method and request id, for 24 hours.
CREATE TABLE idempotency (
  caller text NOT NULL COLLATE "C",
  method text NOT NULL COLLATE "C",
  request_id text NOT NULL COLLATE "C",
  body_sha256 bytea NOT NULL,
  response bytea,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, method, request_id)
);
CREATE INDEX idempotency_by_time ON idempotency (at);
