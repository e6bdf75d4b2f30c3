-- How a probe went, unless it was asked again meanwhile.
-- takes: now_us bigint, outcome text, status bigint, took_us bigint, detail text, connection text, asked_us bigint
UPDATE probe SET ended_us = :now_us, outcome = :outcome, status = :status, took_us = :took_us,
                 detail = :detail
WHERE connection = :connection AND asked_us = :asked_us AND ended_us IS NULL
