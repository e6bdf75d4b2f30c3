-- A run moves by a person's decision.
UPDATE run SET state = :state, moved_us = :at_us, reason = :reason
WHERE tenant = :tenant AND id = :run_id
