-- A person says that the effect did not happen: it may be tried again. That it has a result says that
-- a person had it tried, so that other arguments make it another effect.
-- takes: result bytea, tenant text, run_id text, name text, key text
UPDATE step SET state = 'failed', tries = 0, finished_us = NULL, result = coalesce(result, :result)
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key
