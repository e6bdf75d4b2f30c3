-- The runs that a worker holds.
-- takes: worker text, limit bigint
SELECT run_id FROM work WHERE state = 'running' AND worker = :worker ORDER BY run_id LIMIT :limit
