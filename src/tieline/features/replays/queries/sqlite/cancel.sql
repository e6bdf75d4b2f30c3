-- Stop admitting the runs of a replay.
UPDATE replay SET state = 'cancelled', moved_us = :at_us WHERE id = :id
