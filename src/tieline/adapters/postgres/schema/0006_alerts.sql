-- Alerts that the hub judges itself: once over all its processes, and remembered over restarts.

CREATE TABLE alert (
  key         text COLLATE "C" PRIMARY KEY,
  kind        text NOT NULL,
  subject     text NOT NULL,
  owner       text NOT NULL,
  reason      text NOT NULL,
  state       text NOT NULL CHECK (state IN ('pending', 'firing', 'ended')),
  since_us    bigint NOT NULL,
  fired_us    bigint,
  clear_us    bigint,
  ended_us    bigint,
  told_us     bigint
);

-- One row: which judgement comes next, and what the judge notes for itself.
CREATE TABLE alert_judge (
  name        text COLLATE "C" PRIMARY KEY,
  turn        bigint NOT NULL,
  memory      text NOT NULL
);
INSERT INTO alert_judge (name, turn, memory) VALUES ('hub', 0, '{}');
