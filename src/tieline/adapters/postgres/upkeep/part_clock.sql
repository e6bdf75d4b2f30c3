-- The server's time in microseconds.
SELECT (extract(epoch FROM clock_timestamp()) * 1e6)::bigint
