-- A run moves by a person's decision.
-- takes: state text, at_us bigint, reason text, tenant text, run_id text
UPDATE run SET state = :state, moved_us = :at_us, reason = :reason
WHERE tenant = :tenant AND id = :run_id
