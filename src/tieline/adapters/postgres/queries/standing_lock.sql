-- How connections stand, locked until the end, in one order, so that nobody decides beside us.
-- rows: tenant text, connection text
SELECT locked.*
FROM (SELECT tenant, connection FROM {rows} ORDER BY tenant, connection) AS named
CROSS JOIN LATERAL (
  SELECT s.tenant, s.connection, s.breaker, s.until_us, s.streak, s.successes, s.prober,
         s.refusals, s.refused_us, s.quiet_us, s.allowance, s.grown, s.sent, s.credit_us,
         s.credited_us, s.refused_to
  FROM standing AS s
  WHERE s.tenant = named.tenant AND s.connection = named.connection
  FOR UPDATE) AS locked
