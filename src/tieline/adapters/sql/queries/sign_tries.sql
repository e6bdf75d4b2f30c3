-- How the tries at each connection went since a moment, among the latest :look.
-- takes: look bigint, since_us bigint
SELECT connection, count(*), count(*) FILTER (WHERE outcome <> 'done')
FROM (SELECT connection, at_us, outcome FROM attempt ORDER BY seq DESC LIMIT :look) AS late
WHERE connection IS NOT NULL AND at_us >= :since_us GROUP BY connection ORDER BY connection
