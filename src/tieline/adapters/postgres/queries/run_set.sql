-- A run moves by a person's decision.
-- takes: state text, at_us bigint, reason text, id text
UPDATE run SET state = :state, moved_us = :at_us, reason = :reason WHERE id = :id
