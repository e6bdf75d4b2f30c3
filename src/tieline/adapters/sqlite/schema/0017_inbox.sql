-- What waits for a person is listed by when it began to: held runs, dead letters by their issue, and
-- the issues of deliveries that are kept aside. A release that does not know held_us leaves what stood
-- there: the place in the list is then too early, and what the list says is right all the same.

ALTER TABLE work ADD COLUMN held_us INTEGER NOT NULL DEFAULT 0;
UPDATE work SET held_us = r.moved_us FROM run AS r
WHERE work.state = 'held' AND r.id = work.run_id;
CREATE INDEX work_held ON work (held_us, run_id) WHERE state = 'held';

CREATE INDEX dead_waiting ON dead (coalesce(issue, ''), at_us, run_id) WHERE resolution IS NULL;
CREATE INDEX issue_aside ON issue (id) WHERE kind IN ('quarantined', 'unknown-tenant');
