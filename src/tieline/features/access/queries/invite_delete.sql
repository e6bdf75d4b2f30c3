-- An invitation is used up.
-- takes: hash text
DELETE FROM invite WHERE hash = :hash
