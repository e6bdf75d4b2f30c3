-- A sleep ends earlier, by the clock of now.
-- takes: result bytea, tenant text, run_id text, name text, key text
UPDATE step SET result = :result
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key
