-- A session is used.
-- takes: at_us bigint, hash text
UPDATE session SET seen_us = :at_us WHERE hash = :hash
