-- A pause may have an end: whoever executes work lifts it then, with a line in the audit log. An older
-- release knows no end, and holds until somebody resumes.

ALTER TABLE pause ADD COLUMN until_us BIGINT;
ALTER TABLE tenant ADD COLUMN paused_until_us BIGINT;

-- A person has a connection asked: a worker takes the row, calls, and says in it how it went.

CREATE TABLE probe (
  connection TEXT PRIMARY KEY,
  path       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  asked_us   BIGINT NOT NULL,
  begun_us   BIGINT,
  ended_us   BIGINT,
  outcome    TEXT,
  status     BIGINT,
  took_us    BIGINT,
  detail     TEXT
);
