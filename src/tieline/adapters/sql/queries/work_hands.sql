-- How many runs each worker holds, by the small index of runs under execution.
SELECT worker, count(*) FROM work WHERE state = 'running' GROUP BY worker ORDER BY worker
