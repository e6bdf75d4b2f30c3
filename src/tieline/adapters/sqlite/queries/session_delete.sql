-- A session ends.
DELETE FROM session WHERE hash = :hash
