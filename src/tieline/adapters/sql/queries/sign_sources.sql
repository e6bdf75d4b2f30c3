-- The latest authentic delivery of each source, among the latest :look.
-- takes: look bigint
SELECT source, max(received_us)
FROM (SELECT source, received_us, verdict FROM receipt ORDER BY id DESC LIMIT :look) AS late
WHERE verdict <> 'refused' GROUP BY source ORDER BY source
