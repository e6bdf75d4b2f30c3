-- What the server's own checks of its pages have found; it looks at each page whenever it reads it.
SELECT CASE
         WHEN current_setting('data_checksums') = 'off'
         THEN 'this server keeps no checksums, so nobody would notice a damaged page'
         WHEN coalesce(checksum_failures, 0) > 0
         THEN checksum_failures || ' pages did not match their checksum, last at '
              || checksum_last_failure
         ELSE 'ok'
       END
FROM pg_stat_database WHERE datname = current_database()
