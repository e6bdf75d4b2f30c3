-- How many runs of each tenant are at work, over all workers, by the small index of running work.
SELECT tenant, count(*) FROM work INDEXED BY work_running
WHERE state = 'running' AND tenant <> '-' GROUP BY tenant
