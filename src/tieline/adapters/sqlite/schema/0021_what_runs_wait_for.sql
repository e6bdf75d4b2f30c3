-- What a run waits for is a kind and a key, and the step that a held run is about has columns of its
-- own. An older release knows only the text of both, waits_on: it goes on being written beside them,
-- and where an older one writes it alone, the trigger says the same in the columns.

ALTER TABLE work ADD COLUMN waits_kind TEXT;
ALTER TABLE work ADD COLUMN waits_key TEXT;
ALTER TABLE work ADD COLUMN doubt_step TEXT;
ALTER TABLE work ADD COLUMN doubt_key TEXT;

UPDATE work SET doubt_step = waits_on ->> 1, doubt_key = waits_on ->> 2
WHERE state = 'held' AND waits_on LIKE '["step",%';
UPDATE work SET waits_kind = substr(waits_on, 1, instr(waits_on, ':') - 1),
                waits_key = substr(waits_on, instr(waits_on, ':') + 1)
WHERE state <> 'held' AND instr(waits_on, ':') > 1;

CREATE INDEX work_waits_for ON work (waits_kind, waits_key, run_id) WHERE waits_kind IS NOT NULL;
-- Those that no time sets free: few, and the ones that a lost wake-up would leave for ever.
CREATE INDEX work_waits_only ON work (waits_kind, waits_key)
WHERE waits_kind IS NOT NULL AND due_us IS NULL;

CREATE TRIGGER waits_of_older AFTER UPDATE OF waits_on ON work
WHEN (NEW.waits_on IS NULL) <> (NEW.waits_kind IS NULL AND NEW.doubt_step IS NULL)
BEGIN
  UPDATE work
  SET waits_kind = CASE WHEN NEW.state <> 'held' AND instr(NEW.waits_on, ':') > 1
                        THEN substr(NEW.waits_on, 1, instr(NEW.waits_on, ':') - 1) END,
      waits_key = CASE WHEN NEW.state <> 'held' AND instr(NEW.waits_on, ':') > 1
                       THEN substr(NEW.waits_on, instr(NEW.waits_on, ':') + 1) END,
      doubt_step = CASE WHEN NEW.state = 'held' THEN NEW.waits_on ->> 1 END,
      doubt_key = CASE WHEN NEW.state = 'held' THEN NEW.waits_on ->> 2 END
  WHERE seq = NEW.seq;
END;
