-- How many runs of each tenant are at work, over all workers, by the small index of running work.
SELECT tenant, count(*) FROM work WHERE state = 'running' AND tenant <> '-' GROUP BY tenant
