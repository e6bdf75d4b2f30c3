-- A pause may have an end: whoever executes work lifts it then, with a line in the audit log. An older
-- release knows no end, and holds until somebody resumes.

ALTER TABLE pause ADD COLUMN until_us INTEGER;
ALTER TABLE tenant ADD COLUMN paused_until_us INTEGER;

-- A person has a connection asked: a worker takes the row, calls, and says in it how it went.

CREATE TABLE probe (
  connection TEXT PRIMARY KEY,
  path       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  asked_us   INTEGER NOT NULL,
  begun_us   INTEGER,
  ended_us   INTEGER,
  outcome    TEXT,
  status     INTEGER,
  took_us    INTEGER,
  detail     TEXT
) STRICT, WITHOUT ROWID;
