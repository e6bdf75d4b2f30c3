-- Which of these runs remember something that is newer than their claim.
WITH given (tenant, run_id) AS (VALUES {rows})
SELECT given.run_id FROM given CROSS JOIN run AS r ON r.id = given.run_id
WHERE EXISTS (SELECT 1 FROM step AS s
              WHERE s.tenant = given.tenant AND s.run_id = given.run_id AND s.started_us > r.moved_us)
