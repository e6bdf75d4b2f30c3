-- How many runs wait for each connection, counted up to 1,000: a loose walk over the names.
WITH RECURSIVE waited (key) AS (
  (SELECT waits_key FROM work WHERE waits_kind = 'connection' ORDER BY waits_key LIMIT 1)
  UNION ALL
  SELECT (SELECT w.waits_key FROM work AS w
          WHERE w.waits_kind = 'connection' AND w.waits_key > waited.key
          ORDER BY w.waits_key LIMIT 1)
  FROM waited WHERE waited.key IS NOT NULL)
SELECT key, (SELECT count(*) FROM (SELECT 1 FROM work
                                   WHERE waits_kind = 'connection' AND waits_key = waited.key
                                   LIMIT 1000) AS counted)
FROM waited WHERE key IS NOT NULL ORDER BY key LIMIT 1000
