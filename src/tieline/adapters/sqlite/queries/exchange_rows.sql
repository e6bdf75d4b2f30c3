-- What was sent and answered at the tries of a run, a bounded number.
SELECT run_id, step, key, number, at_us, request, answer
FROM exchange WHERE run_id = :run_id ORDER BY seq LIMIT 200
