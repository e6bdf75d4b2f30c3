-- Runs whose time was set by a clock that was put back since: they were moved in what is the future.
-- takes: now_us bigint, limit bigint
SELECT w.tenant, w.run_id, w.due_us, w.deadline_us, r.moved_us
FROM work AS w JOIN run AS r ON r.tenant = w.tenant AND r.id = w.run_id
WHERE w.due_us > :now_us AND r.moved_us > :now_us
LIMIT :limit
