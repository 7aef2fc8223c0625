-- What is sent: letters by e-mail, and signed events to subscribers.

-- A letter, and its place in the queue while it is PENDING. Shown as a dispatch.
CREATE TABLE outbox (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'ORGANIZATION',
  owners text[] NOT NULL,
  template text NOT NULL,
  language text NOT NULL,
  title text NOT NULL,
  -- Either names who gets it; the address of a person is read when it is sent,
  -- so that it is the newest, and gone when the person is.
  person text COLLATE "C",
  email text,
  organization text COLLATE "C" REFERENCES organizations,
  subject text NOT NULL DEFAULT '',
  version text NOT NULL DEFAULT '',
  lead text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'PENDING'
    CHECK (state IN ('PENDING', 'SENT', 'FAILED')),
  attempts integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  -- When it is next tried; whoever tries it puts this off first, so that a
  -- process that dies leaves it to the others.
  due timestamptz DEFAULT now(),
  -- The text, sealed: it can hold a one-time link. Gone once it is sent or
  -- given up.
  content bytea,
  send_time timestamptz,
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'PENDING') = (due IS NOT NULL)),
  CHECK ((state = 'PENDING') = (content IS NOT NULL))
);
CREATE INDEX outbox_due ON outbox (due) WHERE state = 'PENDING';
CREATE INDEX outbox_create_time ON outbox (create_time, name);
CREATE INDEX outbox_subject ON outbox (subject) WHERE subject <> '';
CREATE INDEX outbox_person ON outbox (person);
CREATE INDEX outbox_email_time ON outbox (create_time) WHERE email IS NOT NULL;

CREATE TABLE subscriptions (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'ORGANIZATION',
  owners text[] NOT NULL,
  display_name text NOT NULL,
  organization text COLLATE "C" REFERENCES organizations,
  url text NOT NULL,
  event_types text[] NOT NULL,
  paused boolean NOT NULL DEFAULT false,
  -- Sealed. The one before still signs as well until its time is over.
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_secret_expire_time timestamptz,
  -- Since when nothing has got through, and how often in a row.
  failing_since timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_success_time timestamptz,
  -- No delivery before this; put off by whoever delivers.
  due timestamptz NOT NULL DEFAULT now(),
  etag text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  update_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subscriptions_display_name ON subscriptions (display_name, name);
CREATE INDEX subscriptions_organization ON subscriptions (organization);
CREATE INDEX subscriptions_due ON subscriptions (due) WHERE NOT paused;

-- One event for one subscription. What happened stands here, never the content
-- of a resource.
CREATE TABLE deliveries (
  name text COLLATE "C" PRIMARY KEY,
  parent text COLLATE "C" NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
  -- The change: whose feed, its number there, and what the feed said of it. A
  -- test has no service and seq NULL.
  service text COLLATE "C" NOT NULL,
  seq bigint,
  kind text NOT NULL,
  type text NOT NULL,
  resource text NOT NULL,
  resource_etag text NOT NULL,
  event_time timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'PENDING'
    CHECK (state IN ('PENDING', 'SENT', 'FAILED')),
  attempts integer NOT NULL DEFAULT 0,
  last_status integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  due timestamptz DEFAULT now(),
  send_time timestamptz,
  create_time timestamptz NOT NULL DEFAULT now(),
  UNIQUE (parent, service, seq),
  CHECK ((state = 'PENDING') = (due IS NOT NULL))
);
CREATE INDEX deliveries_due ON deliveries (parent, due) WHERE state = 'PENDING';
CREATE INDEX deliveries_create_time ON deliveries (parent, create_time, name);
CREATE INDEX deliveries_done ON deliveries (create_time) WHERE state <> 'PENDING';

-- How far each subscription has read each service's change feed. `since` is the
-- feed's token; NULL looks for the place where `not_before` lies.
CREATE TABLE feed_cursors (
  parent text COLLATE "C" NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
  service text COLLATE "C" NOT NULL,
  since text,
  not_before timestamptz NOT NULL,
  due timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (parent, service)
);
CREATE INDEX feed_cursors_due ON feed_cursors (service, due);

-- Where each feed was at which time, one a minute for 30 days: a subscription
-- starts, and a replay begins, at the nearest one before.
CREATE TABLE feed_positions (
  service text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  since text NOT NULL,
  PRIMARY KEY (service, at)
);
