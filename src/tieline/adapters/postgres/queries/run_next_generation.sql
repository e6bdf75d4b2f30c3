-- The effects of this run are wanted once more, under effect keys that no run of its event has used.
-- takes: tenant text, run_id text
UPDATE run
SET generation = (SELECT max(o.generation) + 1 FROM run AS o
                  WHERE o.tenant = run.tenant AND o.event_id = run.event_id)
WHERE tenant = :tenant AND id = :run_id
