-- An operation goes on from its cursor, unless that has moved meanwhile, or it has ended.
-- takes: cursor text, state text, at_us bigint, id text, after text
UPDATE operation SET cursor = :cursor, state = :state, moved_us = :at_us
WHERE id = :id AND cursor = :after AND state = 'running'
