-- A row for connections that have none yet.
-- rows: tenant text, connection text
INSERT INTO standing (tenant, connection, breaker, until_us, streak, successes, prober, refusals,
                      refused_us, quiet_us, allowance, grown, sent, credited_us)
SELECT given.tenant, given.connection, 'closed', 0, 0, 0, '', 0, 0, 0, 0, 0, '[]', 0
FROM {rows} ORDER BY given.tenant, given.connection
ON CONFLICT (tenant, connection) DO NOTHING
