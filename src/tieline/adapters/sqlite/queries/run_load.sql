-- Claimed runs, with what changes from claim to claim; their events come by event_load.
WITH given (tenant, id) AS (VALUES {rows})
SELECT r.id, r.tenant, r.flow, w.epoch, w.tries, r.created_us, w.deadline_us, r.lane, r.replay_id,
       r.generation, r.event_id, w.lost
FROM given CROSS JOIN run AS r ON r.id = given.id
CROSS JOIN work AS w ON w.run_id = r.id
