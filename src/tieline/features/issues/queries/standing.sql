-- How many issues are alive, and of how many something waits for a person; the latest :look count.
-- takes: look bigint
SELECT state, CASE WHEN needs THEN 1 ELSE 0 END, count(*)
FROM (SELECT state, needs FROM issue_judged WHERE state IN ('open', 'acknowledged')
      ORDER BY last_us DESC LIMIT :look) AS alive
GROUP BY 1, 2
