-- A person says that the effect happened; '*' stands for whatever the arguments are now.
-- takes: result bytea, tenant text, run_id text, name text, key text
UPDATE step SET state = 'done', fingerprint = '*', result = coalesce(:result, result, 'null'::bytea)
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key
