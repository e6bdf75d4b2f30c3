-- Tries of late, by connection, with the last one of each.
-- takes: look bigint
SELECT connection, count(*), count(*) FILTER (WHERE outcome <> 'done'),
       (array_agg(at_us ORDER BY seq DESC))[1], (array_agg(outcome ORDER BY seq DESC))[1],
       (array_agg(status ORDER BY seq DESC))[1], (array_agg(detail ORDER BY seq DESC))[1], max(seq)
FROM (SELECT seq, connection, at_us, outcome, status, detail FROM attempt
      ORDER BY seq DESC LIMIT :look) AS late
WHERE connection IS NOT NULL
GROUP BY connection ORDER BY connection
