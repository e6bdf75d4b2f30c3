-- How many runs of these replays have not ended, among the first thousand of each.
-- rows: id text
SELECT given.id, (SELECT count(*)
                  FROM (SELECT r.tenant, r.id FROM run AS r
                        WHERE r.replay_id IS NOT NULL AND r.replay_id = given.id
                        ORDER BY r.id LIMIT 1000) AS made
                  CROSS JOIN LATERAL (
                    SELECT 1 FROM work
                    WHERE work.tenant = made.tenant AND work.run_id = made.id OFFSET 0) AS w)
FROM {rows}
