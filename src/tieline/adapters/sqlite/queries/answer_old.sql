-- Free a key whose time is over.
DELETE FROM kept_answer WHERE actor = :actor AND key = :key AND at_us < :before_us
