-- The runs that a worker holds.
SELECT run_id FROM work WHERE state = 'running' AND worker = :worker ORDER BY run_id LIMIT :limit
