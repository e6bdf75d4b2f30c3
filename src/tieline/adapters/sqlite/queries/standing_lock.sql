-- How connections stand. One connection writes, so nobody can come between.
WITH given (tenant, connection) AS (VALUES {rows})
SELECT s.tenant, s.connection, s.breaker, s.until_us, s.streak, s.successes, s.prober,
       s.refusals, s.refused_us, s.quiet_us, s.allowance, s.grown, s.sent, s.credit_us,
       s.credited_us, s.refused_to
FROM given CROSS JOIN standing AS s
ON s.tenant = given.tenant AND s.connection = given.connection
