-- What the server knows of itself and of this database, and who keeps the oldest snapshot: as long
-- as that is open, vacuum removes nothing that was deleted since.
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (extract(epoch FROM clock_timestamp()) * 1e6)::bigint,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::bigint,
       extract(epoch FROM clock_timestamp() - oldest.since)::double precision, oldest.who
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (
  SELECT since, who FROM (
    SELECT xact_start AS since,
           concat('process ', pid, ' (', nullif(application_name, ''), ' ', usename, ', ', state, ')')
           AS who
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
      AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
    UNION ALL
    SELECT prepared, concat('the prepared transaction ', gid) FROM pg_prepared_xacts
    WHERE database = current_database()) AS open
  ORDER BY since LIMIT 1) AS oldest ON true
