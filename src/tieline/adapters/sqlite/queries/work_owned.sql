-- Which of these claims still own their run; one JSON row, since every fetched row costs a lock hand-over.
WITH given (tenant, run_id, epoch) AS (VALUES {rows})
SELECT json_group_array(json_array(w.tenant, w.run_id, w.epoch, w.flow, w.lane))
FROM given CROSS JOIN work AS w ON w.run_id = given.run_id
WHERE w.tenant = given.tenant AND w.epoch = given.epoch AND w.state = 'running'
