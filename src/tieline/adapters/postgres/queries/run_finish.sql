-- A run ends by a person's decision; its work row is gone already, so every claim on it is stale.
-- takes: state text, at_us bigint, reason text, id text
UPDATE run SET state = :state, moved_us = :at_us, reason = :reason WHERE id = :id
