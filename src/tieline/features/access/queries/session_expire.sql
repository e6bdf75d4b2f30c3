-- Clear away sessions that are over, a bite of them.
-- takes: now_us bigint, limit bigint
DELETE FROM session
WHERE hash IN (SELECT hash FROM session WHERE expires_us <= :now_us ORDER BY expires_us LIMIT :limit)
