-- Alerts that the hub judges itself: once over all its processes, and remembered over restarts.

CREATE TABLE alert (
  key         TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL,
  owner       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'firing', 'ended')),
  since_us    INTEGER NOT NULL,
  fired_us    INTEGER,
  clear_us    INTEGER,
  ended_us    INTEGER,
  told_us     INTEGER
) STRICT, WITHOUT ROWID;

-- One row: which judgement comes next, and what the judge notes for itself.
CREATE TABLE alert_judge (
  name        TEXT PRIMARY KEY,
  turn        INTEGER NOT NULL,
  memory      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO alert_judge (name, turn, memory) VALUES ('hub', 0, '{}');
