-- How connections stand, by name.
SELECT tenant, connection, breaker, until_us, streak, successes, refusals, refused_us, quiet_us,
       allowance
FROM standing ORDER BY tenant, connection LIMIT 1000
