-- Stop admitting the runs of a replay.
-- takes: at_us bigint, id text
UPDATE replay SET state = 'cancelled', moved_us = :at_us WHERE id = :id
