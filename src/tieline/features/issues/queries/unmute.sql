-- Mutes whose time is over end.
-- takes: now_us bigint, limit bigint
UPDATE issue SET state = 'open', until_us = NULL
WHERE id IN (SELECT id FROM issue WHERE state = 'muted' AND until_us IS NOT NULL
               AND until_us <= :now_us ORDER BY until_us LIMIT :limit)
