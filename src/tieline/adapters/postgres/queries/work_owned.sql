-- Which of these claims still own their run. They are locked until the end, in order: nobody can
-- take a run away between this look and what is written because of it.
-- rows: tenant text, run_id text, epoch bigint
SELECT coalesce(json_agg(json_build_array(claim.tenant, claim.run_id, claim.epoch, flow, lane)),
                '[]')::text
FROM (SELECT DISTINCT given.* FROM {rows} ORDER BY run_id) AS claim
CROSS JOIN LATERAL (
  SELECT epoch, state, flow, lane FROM work
  WHERE work.tenant = claim.tenant AND work.run_id = claim.run_id
  OFFSET 0 FOR UPDATE) AS found
WHERE found.epoch = claim.epoch AND found.state = 'running'
