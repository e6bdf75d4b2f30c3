-- One judge at a time: only who knows the latest turn may store the next.
-- takes: turn bigint, memory text
UPDATE alert_judge SET turn = turn + 1, memory = :memory WHERE name = 'hub' AND turn = :turn
