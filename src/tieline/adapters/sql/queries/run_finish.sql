-- A run ends by a person's decision; its work row is gone already, so every claim on it is stale.
-- takes: state text, at_us bigint, reason text, tenant text, run_id text
UPDATE run SET state = :state, moved_us = :at_us, reason = :reason
WHERE tenant = :tenant AND id = :run_id
