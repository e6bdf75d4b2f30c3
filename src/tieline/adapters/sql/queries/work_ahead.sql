-- Runs whose time was set by a clock that was put back since: they were moved in what is the future.
-- Each run is looked up by its key: a join might read all of them instead.
-- takes: now_us bigint, limit bigint
SELECT tenant, run_id, due_us, deadline_us, moved_us
FROM (SELECT w.tenant, w.run_id, w.due_us, w.deadline_us,
             (SELECT r.moved_us FROM run AS r
              WHERE r.tenant = w.tenant AND r.id = w.run_id) AS moved_us
      FROM work AS w WHERE w.due_us > :now_us) AS later
WHERE moved_us > :now_us
LIMIT :limit
