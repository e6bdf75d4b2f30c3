-- What the server's own checks of its pages have found: it looks at each whenever it reads it.
-- Without checksums it finds nothing, and says nothing.
SELECT CASE
         WHEN checksum_failures > 0
         THEN checksum_failures || ' pages did not match their checksum, last at '
              || checksum_last_failure
         ELSE 'ok'
       END
FROM pg_stat_database WHERE datname = current_database()
