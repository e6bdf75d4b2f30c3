-- The store's own time in microseconds, which is the same for everybody who asks it.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
