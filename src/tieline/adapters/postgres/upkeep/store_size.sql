-- The version of the server, the size of the database, and a server process that a hub has there.
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (SELECT min(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tieline')
