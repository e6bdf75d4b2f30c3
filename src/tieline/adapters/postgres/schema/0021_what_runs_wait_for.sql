-- What a run waits for is a kind and a key, and the step that a held run is about has columns of its
-- own. An older release knows only the text of both, waits_on: it goes on being written beside them,
-- and where an older one writes it alone, the trigger says the same in the columns.

ALTER TABLE work ADD COLUMN waits_kind text COLLATE "C";
ALTER TABLE work ADD COLUMN waits_key text COLLATE "C";
ALTER TABLE work ADD COLUMN doubt_step text COLLATE "C";
ALTER TABLE work ADD COLUMN doubt_key text COLLATE "C";

UPDATE work SET doubt_step = waits_on::json ->> 1, doubt_key = waits_on::json ->> 2
WHERE state = 'held' AND waits_on LIKE '["step",%';
UPDATE work SET waits_kind = split_part(waits_on, ':', 1),
                waits_key = substr(waits_on, strpos(waits_on, ':') + 1)
WHERE state <> 'held' AND strpos(waits_on, ':') > 1;

CREATE INDEX work_waits_for ON work (waits_kind, waits_key, run_id) WHERE waits_kind IS NOT NULL;
-- Those that no time sets free: few, and the ones that a lost wake-up would leave for ever.
CREATE INDEX work_waits_only ON work (waits_kind, waits_key)
WHERE waits_kind IS NOT NULL AND due_us IS NULL;

CREATE FUNCTION waits_of_older() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.waits_kind := NULL;
  NEW.waits_key := NULL;
  NEW.doubt_step := NULL;
  NEW.doubt_key := NULL;
  IF NEW.waits_on LIKE '["step",%' THEN
    NEW.doubt_step := NEW.waits_on::json ->> 1;
    NEW.doubt_key := NEW.waits_on::json ->> 2;
  ELSIF strpos(NEW.waits_on, ':') > 1 THEN
    NEW.waits_kind := split_part(NEW.waits_on, ':', 1);
    NEW.waits_key := substr(NEW.waits_on, strpos(NEW.waits_on, ':') + 1);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER waits_of_older BEFORE UPDATE OF waits_on ON work
FOR EACH ROW
WHEN ((NEW.waits_on IS NULL) <> (NEW.waits_kind IS NULL AND NEW.doubt_step IS NULL))
EXECUTE FUNCTION waits_of_older();
