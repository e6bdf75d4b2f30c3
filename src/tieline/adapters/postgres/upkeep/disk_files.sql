-- How large the write-ahead log and the temporary files of the server are; needs pg_monitor.
SELECT (SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir()),
       (SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_tmpdir())
