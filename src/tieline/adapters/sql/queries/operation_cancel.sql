-- Stop an operation.
-- takes: at_us bigint, id text
UPDATE operation SET state = 'cancelled', moved_us = :at_us WHERE id = :id
