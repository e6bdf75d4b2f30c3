-- The newest tries behind a place.
-- takes: after bigint, limit bigint
SELECT {attempt_columns}
FROM (SELECT * FROM attempt WHERE seq > :after ORDER BY seq DESC LIMIT :limit) AS a
LEFT JOIN run AS r ON r.tenant = a.tenant AND r.id = a.run_id
ORDER BY a.seq
