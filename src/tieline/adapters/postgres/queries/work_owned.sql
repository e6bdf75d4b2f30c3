-- Which of these claims still own their run. They are locked until the end, in order: nobody can
-- take a run away between this look and what is written because of it.
-- rows: run_id text, epoch bigint
SELECT coalesce(json_agg(json_build_array(run_id, epoch, tenant, flow, lane)), '[]')::text
FROM (SELECT w.run_id, w.epoch, w.tenant, w.flow, w.lane
      FROM {rows} JOIN work AS w ON w.run_id = given.run_id
      WHERE w.epoch = given.epoch AND w.state = 'running'
      ORDER BY w.run_id FOR UPDATE OF w) AS owned
