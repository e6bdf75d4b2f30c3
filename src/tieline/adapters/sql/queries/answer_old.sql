-- Free a key whose time is over.
-- takes: actor text, key text, before_us bigint
DELETE FROM kept_answer WHERE actor = :actor AND key = :key AND at_us < :before_us
