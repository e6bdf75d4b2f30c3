-- A run ends by a person's decision; its work row is gone already, so every claim on it is stale.
UPDATE run SET state = :state, moved_us = :at_us, reason = :reason
WHERE tenant = :tenant AND id = :run_id
