-- The latest probe of every connection that had one: ProbeRow.
SELECT connection, path, actor, reason, asked_us, begun_us, ended_us, outcome, status, took_us,
       detail
FROM probe ORDER BY connection LIMIT 1000
