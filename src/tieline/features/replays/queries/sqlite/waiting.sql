-- How many runs of these replays have not ended, among the first thousand of each.
WITH given (id) AS (VALUES {rows})
SELECT given.id, (SELECT count(*)
                  FROM (SELECT r.id FROM run AS r
                        WHERE r.replay_id IS NOT NULL AND r.replay_id = given.id
                        ORDER BY r.id LIMIT 1000) AS made
                  CROSS JOIN work AS w ON w.run_id = made.id)
FROM given
