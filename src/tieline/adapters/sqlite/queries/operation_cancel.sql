-- Stop an operation.
UPDATE operation SET state = 'cancelled', moved_us = :at_us WHERE id = :id
