-- A person says that the effect did not happen: it may be tried again. That it has a result says that a person
-- had it tried, so that other arguments make it another effect.
-- takes: tenant text, run_id text, name text, key text
UPDATE step SET state = 'failed', tries = 0, finished_us = NULL,
                result = coalesce(result, 'null'::bytea)
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key
