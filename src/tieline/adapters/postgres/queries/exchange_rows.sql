-- What was sent and answered at the tries of a run, a bounded number.
-- takes: run_id text
SELECT e.run_id, e.step, e.key, e.number, e.at_us, e.request, e.answer
FROM run AS r JOIN exchange AS e ON e.tenant = r.tenant AND e.run_id = r.id
WHERE r.id = :run_id ORDER BY e.seq LIMIT 200
