-- Give a key back that came to nothing.
-- takes: actor text, key text
DELETE FROM kept_answer WHERE actor = :actor AND key = :key AND status IS NULL
