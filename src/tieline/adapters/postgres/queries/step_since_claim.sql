-- Which of these runs remember something that is newer than their claim.
-- rows: tenant text, run_id text
SELECT given.run_id
FROM {rows}
CROSS JOIN LATERAL (
  SELECT r.moved_us FROM run AS r
  WHERE r.tenant = given.tenant AND r.id = given.run_id OFFSET 0) AS claim
CROSS JOIN LATERAL (
  SELECT max(s.started_us) AS started_us FROM step AS s
  WHERE s.tenant = given.tenant AND s.run_id = given.run_id OFFSET 0) AS newest
WHERE newest.started_us > claim.moved_us
