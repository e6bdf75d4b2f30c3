-- What the workers share of a connection: how it stands, and who holds which part of its limits.

CREATE TABLE standing (
  tenant      TEXT NOT NULL,
  connection  TEXT NOT NULL,
  breaker     TEXT NOT NULL CHECK (breaker IN ('closed', 'open', 'probing')),
  until_us    INTEGER NOT NULL,
  streak      INTEGER NOT NULL,
  successes   INTEGER NOT NULL,
  prober      TEXT NOT NULL,
  refusals    INTEGER NOT NULL,
  refused_us  INTEGER NOT NULL,
  quiet_us    INTEGER NOT NULL,
  allowance   INTEGER NOT NULL,
  grown       INTEGER NOT NULL,
  sent        TEXT NOT NULL,
  credit_us   INTEGER,
  credited_us INTEGER NOT NULL,
  PRIMARY KEY (tenant, connection)
) STRICT, WITHOUT ROWID;

CREATE TABLE share (
  tenant      TEXT NOT NULL,
  connection  TEXT NOT NULL,
  worker      TEXT NOT NULL,
  rate        INTEGER NOT NULL,
  slots       INTEGER NOT NULL,
  retries     INTEGER NOT NULL,
  wants_rate  INTEGER NOT NULL,
  wants_slots INTEGER NOT NULL,
  wants_retries INTEGER NOT NULL,
  asked_us    INTEGER NOT NULL,
  PRIMARY KEY (tenant, connection, worker)
) STRICT, WITHOUT ROWID;
