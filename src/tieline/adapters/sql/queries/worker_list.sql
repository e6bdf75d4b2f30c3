-- The processes that beat, the latest first, and how many runs each holds.
SELECT id, beat_us, started_us, about, version, roles, host, pid,
       (SELECT count(*) FROM work WHERE work.worker = worker.id AND work.state = 'running'),
       ahead_us, silent_us, stopped_us
FROM worker ORDER BY beat_us DESC LIMIT 1000
