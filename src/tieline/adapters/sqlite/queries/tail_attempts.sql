-- The newest tries behind a place.
SELECT {attempt_columns}
FROM (SELECT * FROM attempt WHERE seq > :after ORDER BY seq DESC LIMIT :limit) AS a
LEFT JOIN run AS r ON r.id = a.run_id
ORDER BY a.seq
