-- An invitation is used up.
DELETE FROM invite WHERE hash = :hash
