-- Who, apart from hubs, has held locks on our tables for longer than a moment: others may have to wait.
-- Asked when something was kept waiting: by then it waits no more, so nobody can be told by whom.
SELECT a.pid, a.usename, nullif(a.application_name, ''), host(a.client_addr), a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8,
       string_agg(DISTINCT c.relname, ', ' ORDER BY c.relname)
FROM pg_locks AS l
JOIN pg_class AS c ON c.oid = l.relation AND c.relkind IN ('r', 'p')
JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.granted AND l.mode NOT IN ('AccessShareLock', 'ShareUpdateExclusiveLock')
  AND c.relnamespace = current_schema()::regnamespace
  AND a.datname = current_database() AND a.backend_type = 'client backend'
  AND a.pid <> pg_backend_pid() AND a.application_name NOT LIKE 'tieline%'
  AND a.xact_start < clock_timestamp() - interval '1 second'
GROUP BY a.pid, a.usename, a.application_name, a.client_addr, a.state, a.xact_start
ORDER BY a.xact_start LIMIT 5
