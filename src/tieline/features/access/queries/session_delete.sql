-- A session ends.
-- takes: hash text
DELETE FROM session WHERE hash = :hash
