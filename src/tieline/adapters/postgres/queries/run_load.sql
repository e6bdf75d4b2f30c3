-- Claimed runs, with what changes from claim to claim; their events come by event_load.
-- rows: tenant text, id text
SELECT r.id, r.tenant, r.flow, w.epoch, w.tries, r.created_us, w.deadline_us, r.lane, r.replay_id,
       r.generation, r.event_id, w.lost
FROM {rows}
CROSS JOIN LATERAL (
  SELECT * FROM run WHERE run.tenant = given.tenant AND run.id = given.id OFFSET 0) AS r
CROSS JOIN LATERAL (
  SELECT * FROM work
  WHERE work.tenant = given.tenant AND work.run_id = given.id OFFSET 0) AS w
