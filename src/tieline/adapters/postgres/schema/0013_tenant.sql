-- The tenant of what belongs to a run stands in its own rows, so that keys can begin with it; first the
-- columns and what today's statements need, then (0014) the keys. Rows that are there are of the
-- default tenant unless their run is of another.

ALTER TABLE step ADD COLUMN tenant text COLLATE "C" DEFAULT '-';
ALTER TABLE attempt ADD COLUMN tenant text COLLATE "C" DEFAULT '-';
ALTER TABLE exchange ADD COLUMN tenant text COLLATE "C" DEFAULT '-';
ALTER TABLE dead ADD COLUMN tenant text COLLATE "C" DEFAULT '-';
ALTER TABLE reference ADD COLUMN tenant text COLLATE "C" DEFAULT '-';

UPDATE step SET tenant = r.tenant FROM run AS r WHERE r.id = step.run_id AND r.tenant <> '-';
UPDATE attempt SET tenant = r.tenant FROM run AS r WHERE r.id = attempt.run_id AND r.tenant <> '-';
UPDATE exchange SET tenant = r.tenant FROM run AS r WHERE r.id = exchange.run_id AND r.tenant <> '-';
UPDATE dead SET tenant = r.tenant FROM run AS r WHERE r.id = dead.run_id AND r.tenant <> '-';
UPDATE reference SET tenant = e.tenant FROM event AS e
WHERE e.id = reference.event_id AND e.tenant <> '-';

-- A release from before this one names no tenant where it inserts: then it is that of the run.
ALTER TABLE step ALTER tenant DROP DEFAULT;
ALTER TABLE attempt ALTER tenant DROP DEFAULT;
ALTER TABLE exchange ALTER tenant DROP DEFAULT;
ALTER TABLE dead ALTER tenant DROP DEFAULT;
ALTER TABLE reference ALTER tenant DROP DEFAULT;

CREATE FUNCTION tenant_of_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.tenant := coalesce((SELECT r.tenant FROM run AS r WHERE r.id = NEW.run_id), '-');
  RETURN NEW;
END $$;
CREATE FUNCTION tenant_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.tenant := coalesce((SELECT e.tenant FROM event AS e WHERE e.id = NEW.event_id), '-');
  RETURN NEW;
END $$;
CREATE TRIGGER tenant_of_run BEFORE INSERT ON step
FOR EACH ROW WHEN (NEW.tenant IS NULL) EXECUTE FUNCTION tenant_of_run();
CREATE TRIGGER tenant_of_run BEFORE INSERT ON attempt
FOR EACH ROW WHEN (NEW.tenant IS NULL) EXECUTE FUNCTION tenant_of_run();
CREATE TRIGGER tenant_of_run BEFORE INSERT ON exchange
FOR EACH ROW WHEN (NEW.tenant IS NULL) EXECUTE FUNCTION tenant_of_run();
CREATE TRIGGER tenant_of_run BEFORE INSERT ON dead
FOR EACH ROW WHEN (NEW.tenant IS NULL) EXECUTE FUNCTION tenant_of_run();
CREATE TRIGGER tenant_of_event BEFORE INSERT ON reference
FOR EACH ROW WHEN (NEW.tenant IS NULL) EXECUTE FUNCTION tenant_of_event();

-- What today's ON CONFLICT names; releases from before name the old keys, which are still there.
CREATE UNIQUE INDEX step_tenant ON step (tenant, run_id, name, key);
CREATE UNIQUE INDEX dead_tenant ON dead (tenant, run_id);

-- The newest migration that a process knows: what an older one needs may not be taken away.
ALTER TABLE worker ADD COLUMN knows bigint NOT NULL DEFAULT 0;
