-- Take a probe, once whoever tries.
-- takes: now_us bigint, connection text, asked_us bigint
UPDATE probe SET begun_us = :now_us
WHERE connection = :connection AND asked_us = :asked_us AND begun_us IS NULL
