-- The oldest snapshot that somebody keeps: dead rows since then cannot be cleaned up.
SELECT (extract(epoch FROM max(clock_timestamp() - xact_start)) * 1000000)::bigint
FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
