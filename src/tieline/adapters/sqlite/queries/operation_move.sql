-- Note a bite of a running operation, unless its cursor has moved meanwhile.
UPDATE operation
SET cursor = :cursor, done = done + :done, refused = refused + :refused, state = :state,
    moved_us = :at_us
WHERE id = :id AND cursor = :after AND state = 'running'
