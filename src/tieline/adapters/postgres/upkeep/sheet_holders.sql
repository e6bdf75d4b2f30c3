-- Who is connected to this database.
SELECT concat(application_name, ' (', count(*), ', ', usename,
              ' from ' || host(client_addr), ')')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND pid <> pg_backend_pid()
GROUP BY application_name, usename, client_addr ORDER BY 1 LIMIT 100
