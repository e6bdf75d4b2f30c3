-- Forget one step that ended; of one that may have been made, a person says first what happened.
-- takes: tenant text, run_id text, name text, key text
DELETE FROM step
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key AND state <> 'intent'
