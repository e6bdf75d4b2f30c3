-- The spine: receipts, events and their runs. Times are microseconds since 1970 UTC.
-- Hot tables (work, lane) hold only what is not finished; the others may grow and are purged by age.

CREATE TABLE receipt (
  seq         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  tenant      TEXT NOT NULL,
  source      TEXT NOT NULL,
  received_us INTEGER NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN
              ('accepted', 'duplicate', 'refused', 'quarantined', 'unmatched', 'challenge')),
  status      INTEGER NOT NULL,
  reason      TEXT,
  event_id    TEXT,
  remote      TEXT,
  headers     BLOB,
  body        BLOB,
  body_bytes  INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_odd ON receipt (verdict, id) WHERE verdict <> 'accepted';

CREATE TABLE event (
  seq         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  tenant      TEXT NOT NULL,
  source      TEXT NOT NULL,
  type        TEXT NOT NULL,
  identity    TEXT NOT NULL CHECK (length(identity) BETWEEN 1 AND 512),
  recorded_us INTEGER NOT NULL,
  correlation TEXT NOT NULL,
  traceparent TEXT,
  receipt_id  TEXT,
  cause       TEXT,
  contract    TEXT,
  data        BLOB
) STRICT;

CREATE TABLE dedupe (
  seq         INTEGER PRIMARY KEY,
  tenant      TEXT NOT NULL,
  source      TEXT NOT NULL,
  identity    TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  expires_us  INTEGER NOT NULL,
  UNIQUE (tenant, source, identity)
) STRICT;

CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  tenant      TEXT NOT NULL,
  flow        TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN
              ('ready', 'running', 'retrying', 'waiting', 'held', 'done', 'dead', 'cancelled')),
  priority    INTEGER NOT NULL,
  lane        TEXT,
  generation  INTEGER NOT NULL,
  replay_id   TEXT,
  created_us  INTEGER NOT NULL,
  moved_us    INTEGER NOT NULL,
  deadline_us INTEGER,
  epoch       INTEGER NOT NULL DEFAULT 0,
  reason      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX run_event ON run (event_id);
CREATE INDEX run_odd ON run (state, id) WHERE state IN ('held', 'dead', 'cancelled');

-- seq is the order in which runs were stored: lanes and claims follow it, not the clock in the ids.
CREATE TABLE work (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id      TEXT NOT NULL UNIQUE,
  tenant      TEXT NOT NULL,
  flow        TEXT NOT NULL,
  priority    INTEGER NOT NULL,
  lane        TEXT,
  state       TEXT NOT NULL CHECK (state IN ('ready', 'running', 'retrying', 'waiting', 'held')),
  behind      INTEGER NOT NULL CHECK (behind IN (0, 1)),
  worker      TEXT,
  epoch       INTEGER NOT NULL,
  tries       INTEGER NOT NULL,
  due_us      INTEGER,
  waits_on    TEXT,
  deadline_us INTEGER,
  CHECK ((state = 'running') = (worker IS NOT NULL)),
  CHECK (state NOT IN ('retrying', 'waiting') OR due_us IS NOT NULL OR waits_on IS NOT NULL)
) STRICT;
CREATE INDEX work_ready ON work (flow, priority, tenant) WHERE state = 'ready' AND behind = 0;
CREATE INDEX work_running ON work (worker) WHERE state = 'running';
CREATE INDEX work_due ON work (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX work_lane ON work (tenant, flow, lane) WHERE lane IS NOT NULL;
CREATE INDEX work_waits ON work (waits_on) WHERE waits_on IS NOT NULL;
CREATE INDEX work_deadline ON work (deadline_us) WHERE deadline_us IS NOT NULL;

CREATE TABLE lane (
  tenant      TEXT NOT NULL,
  flow        TEXT NOT NULL,
  key         TEXT NOT NULL,
  head        TEXT NOT NULL,
  PRIMARY KEY (tenant, flow, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
  run_id      TEXT NOT NULL,
  name        TEXT NOT NULL,
  key         TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('intent', 'failed', 'done', 'refused')),
  effect      TEXT NOT NULL CHECK (effect IN ('read', 'idempotent', 'verify', 'once')),
  fingerprint TEXT NOT NULL,
  effect_key  TEXT,
  tries       INTEGER NOT NULL,
  result      BLOB,
  started_us  INTEGER NOT NULL,
  finished_us INTEGER,
  PRIMARY KEY (run_id, name, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
  seq         INTEGER PRIMARY KEY,
  run_id      TEXT NOT NULL,
  step        TEXT NOT NULL,
  key         TEXT NOT NULL,
  number      INTEGER NOT NULL,
  connection  TEXT,
  at_us       INTEGER NOT NULL,
  took_us     INTEGER NOT NULL,
  status      INTEGER,
  outcome     TEXT NOT NULL,
  retry_us    INTEGER,
  detail      TEXT,
  trace       TEXT
) STRICT;
CREATE INDEX attempt_run ON attempt (run_id);

-- seq is the place that the run had in its lane: retried, it takes it again.
CREATE TABLE dead (
  run_id      TEXT PRIMARY KEY,
  flow        TEXT NOT NULL,
  kind        TEXT NOT NULL,
  reason      TEXT NOT NULL,
  evidence    TEXT NOT NULL,
  at_us       INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  resolution  TEXT,
  resolved_us INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_open ON dead (run_id) WHERE resolution IS NULL;

CREATE TABLE reference (
  kind        TEXT NOT NULL,
  key         TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  run_id      TEXT NOT NULL,
  at_us       INTEGER NOT NULL,
  PRIMARY KEY (kind, key, event_id, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
  id          TEXT PRIMARY KEY,
  beat_us     INTEGER NOT NULL,
  started_us  INTEGER NOT NULL,
  about       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule (
  name        TEXT PRIMARY KEY,
  cron        TEXT NOT NULL,
  zone        TEXT NOT NULL,
  next_us     INTEGER NOT NULL,
  last_us     INTEGER,
  missed      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pause (
  kind        TEXT NOT NULL CHECK (kind IN ('flow', 'connection')),
  name        TEXT NOT NULL,
  actor       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  since_us    INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE replay (
  id            TEXT PRIMARY KEY,
  filter        TEXT NOT NULL,
  per_second    INTEGER NOT NULL,
  as_new_action INTEGER NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
  cursor        TEXT NOT NULL,
  planned       INTEGER NOT NULL,
  admitted      INTEGER NOT NULL,
  started_us    INTEGER NOT NULL,
  moved_us      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq         INTEGER PRIMARY KEY,
  at_us       INTEGER NOT NULL,
  actor       TEXT NOT NULL,
  action      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  previous    TEXT NOT NULL,
  hash        TEXT NOT NULL
) STRICT;

-- How far a background pass has come, so that its next bite costs what it touches.
CREATE TABLE mark (
  name        TEXT PRIMARY KEY,
  reached     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
