-- The latest probe of a connection: ProbeRow.
-- takes: connection text
SELECT connection, path, actor, reason, asked_us, begun_us, ended_us, outcome, status, took_us,
       detail
FROM probe WHERE connection = :connection
