-- Free a key whose request never got an answer: its process is gone.
-- takes: actor text, key text, before_us bigint
DELETE FROM kept_answer
WHERE actor = :actor AND key = :key AND status IS NULL AND at_us < :before_us
