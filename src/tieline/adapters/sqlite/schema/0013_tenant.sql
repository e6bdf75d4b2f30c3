-- The tenant of what belongs to a run stands in its own rows, so that a store can be copied to one
-- whose keys begin with it. A file is never spread over machines: its keys stay as they are.

ALTER TABLE step ADD COLUMN tenant TEXT NOT NULL DEFAULT '-';
ALTER TABLE attempt ADD COLUMN tenant TEXT NOT NULL DEFAULT '-';
ALTER TABLE exchange ADD COLUMN tenant TEXT NOT NULL DEFAULT '-';
ALTER TABLE dead ADD COLUMN tenant TEXT NOT NULL DEFAULT '-';
ALTER TABLE reference ADD COLUMN tenant TEXT NOT NULL DEFAULT '-';

UPDATE step SET tenant = r.tenant FROM run AS r WHERE r.id = step.run_id AND r.tenant <> '-';
UPDATE attempt SET tenant = r.tenant FROM run AS r WHERE r.id = attempt.run_id AND r.tenant <> '-';
UPDATE exchange SET tenant = r.tenant FROM run AS r WHERE r.id = exchange.run_id AND r.tenant <> '-';
UPDATE dead SET tenant = r.tenant FROM run AS r WHERE r.id = dead.run_id AND r.tenant <> '-';
UPDATE reference SET tenant = e.tenant FROM event AS e
WHERE e.id = reference.event_id AND e.tenant <> '-';

ALTER TABLE worker ADD COLUMN knows INTEGER NOT NULL DEFAULT 0;
