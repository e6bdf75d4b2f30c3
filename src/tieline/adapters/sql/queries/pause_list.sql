-- All flows, connections and tenants that somebody holds.
SELECT kind, name, actor, reason, since_us
FROM (SELECT kind, name, actor, reason, since_us FROM pause
      UNION ALL
      SELECT 'tenant', name, paused_by, paused_reason, paused_us FROM tenant
      WHERE paused_us IS NOT NULL) AS held
ORDER BY kind, name LIMIT 1000
