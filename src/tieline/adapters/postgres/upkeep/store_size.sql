-- The version of the server, the size of the database, the processes of hubs that beat and did not
-- stop, how many connections hubs have, and for how many seconds the oldest open transaction has
-- kept what others delete. A process that the server started for a connection is none of a hub's: it is not named.
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (SELECT coalesce(array_agg(CASE WHEN host = '' THEN concat('worker ', id)
                                       ELSE concat('process ', pid, ' on ', host) END
                                  ORDER BY host, pid, id), '{}')
        FROM worker
        WHERE stopped_us IS NULL
          AND abs(extract(epoch FROM clock_timestamp()) * 1e6 - beat_us) < silent_us),
       (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tieline'),
       (SELECT extract(epoch FROM clock_timestamp() - min(xact_start))::double precision
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL))
