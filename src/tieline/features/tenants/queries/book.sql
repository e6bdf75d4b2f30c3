-- What people said of tenants, for the book of a process.
-- takes: limit bigint
SELECT name, added_us IS NOT NULL, paused_us IS NOT NULL, paused_until_us,
       rate_count, rate_us, at_once, queue
FROM tenant
WHERE added_us IS NOT NULL OR paused_us IS NOT NULL OR rate_count IS NOT NULL
   OR at_once IS NOT NULL OR queue IS NOT NULL
ORDER BY name LIMIT :limit
