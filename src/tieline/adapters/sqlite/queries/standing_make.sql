-- A row for connections that have none yet.
WITH given (tenant, connection) AS (VALUES {rows})
INSERT INTO standing (tenant, connection, breaker, until_us, streak, successes, prober, refusals,
                      refused_us, quiet_us, allowance, grown, sent, credited_us)
SELECT given.tenant, given.connection, 'closed', 0, 0, 0, '', 0, 0, 0, 0, 0, '[]', 0
FROM given WHERE true
ON CONFLICT (tenant, connection) DO NOTHING
