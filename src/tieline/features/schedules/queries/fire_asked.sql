-- What was asked for is done, once: the second who tries finds nothing asked for.
-- takes: now_us bigint, name text, expected_us bigint
UPDATE schedule SET asked_us = NULL, asked_by = NULL, last_us = :now_us
WHERE name = :name AND asked_us = :expected_us
