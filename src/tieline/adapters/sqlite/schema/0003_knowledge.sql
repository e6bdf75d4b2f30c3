-- What is known beyond the spine: failures grouped into issues, what was sent and answered at tries,
-- and counts by minute and hour. Nothing here is written where all goes well, but for the counts,
-- which each process adds up by itself and brings every few seconds.

-- id is made from the fingerprint of the failures.
CREATE TABLE issue (
  id          TEXT PRIMARY KEY,
  flow        TEXT,
  source      TEXT,
  connection  TEXT,
  kind        TEXT NOT NULL,
  status      INTEGER,
  words       TEXT NOT NULL,
  count       INTEGER NOT NULL,
  subjects    INTEGER NOT NULL,
  first_us    INTEGER NOT NULL,
  last_us     INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'muted', 'resolved')),
  until_us    INTEGER,
  actor       TEXT,
  reason      TEXT,
  changed_us  INTEGER,
  regressions INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_last ON issue (last_us, id);
CREATE INDEX issue_alive ON issue (last_us) WHERE state IN ('open', 'acknowledged');
CREATE INDEX issue_muted ON issue (until_us) WHERE state = 'muted' AND until_us IS NOT NULL;

-- Which runs and deliveries belong to an issue; subject is a run's or a receipt's id.
CREATE TABLE issue_link (
  issue       TEXT NOT NULL,
  subject     TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  tenant      TEXT NOT NULL,
  at_us       INTEGER NOT NULL,
  PRIMARY KEY (issue, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_link_subject ON issue_link (subject);

ALTER TABLE dead ADD COLUMN issue TEXT;
ALTER TABLE dead ADD COLUMN connection TEXT;
CREATE INDEX dead_issue ON dead (issue, run_id) WHERE resolution IS NULL AND issue IS NOT NULL;

CREATE TABLE exchange (
  seq         INTEGER PRIMARY KEY,
  run_id      TEXT NOT NULL,
  step        TEXT NOT NULL,
  key         TEXT NOT NULL,
  number      INTEGER NOT NULL,
  at_us       INTEGER NOT NULL,
  request     TEXT NOT NULL,
  answer      TEXT
) STRICT;
CREATE INDEX exchange_run ON exchange (run_id);

-- step_us: the length of what is counted over; words that start with 'most-' keep the largest.
CREATE TABLE tally (
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  step_us     INTEGER NOT NULL,
  at_us       INTEGER NOT NULL,
  word        TEXT NOT NULL,
  number      INTEGER NOT NULL,
  PRIMARY KEY (kind, name, step_us, at_us, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE rhythm (
  source      TEXT PRIMARY KEY,
  last_us     INTEGER NOT NULL,
  gap_us      INTEGER,
  longest_us  INTEGER,
  heard       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only rows that the path of what goes well does not make.
CREATE INDEX attempt_failed ON attempt (connection) WHERE outcome <> 'done';
CREATE INDEX work_waiting ON work (waits_on, run_id) WHERE waits_on IS NOT NULL;
CREATE INDEX work_parked ON work (flow, run_id)
WHERE lane IS NOT NULL AND behind = 0 AND state IN ('retrying', 'waiting', 'held');
