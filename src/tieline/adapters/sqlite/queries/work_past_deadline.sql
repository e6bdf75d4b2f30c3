-- Live runs whose deadline has passed; held ones wait for a person, who may take longer.
SELECT tenant, run_id, flow, lane, epoch, state FROM work
WHERE deadline_us <= :now_us AND state <> 'held'
ORDER BY deadline_us LIMIT :limit
