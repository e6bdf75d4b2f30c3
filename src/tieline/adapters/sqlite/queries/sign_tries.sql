-- How the tries at each connection went since a moment, among the latest :look.
SELECT connection, count(*), sum(outcome <> 'done')
FROM (SELECT connection, at_us, outcome FROM attempt ORDER BY seq DESC LIMIT :look) AS late
WHERE connection IS NOT NULL AND at_us >= :since_us GROUP BY connection ORDER BY connection
