-- What was decided about deliveries in quarantine; one that has no row here waits for a person.
CREATE TABLE receipt_decision (
  receipt_id  TEXT PRIMARY KEY,
  decision    TEXT NOT NULL,
  at_us       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
