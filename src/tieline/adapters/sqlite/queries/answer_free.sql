-- Give a key back that came to nothing.
DELETE FROM kept_answer WHERE actor = :actor AND key = :key AND status IS NULL
