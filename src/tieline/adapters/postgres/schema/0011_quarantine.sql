-- What was decided about deliveries in quarantine; one that has no row here waits for a person.
CREATE TABLE receipt_decision (
  receipt_id  text COLLATE "C" PRIMARY KEY,
  decision    text NOT NULL,
  at_us       bigint NOT NULL
);
