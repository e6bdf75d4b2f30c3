-- How many runs wait for each connection, counted up to 1,000: a loose walk over the names.
WITH RECURSIVE waited (key) AS (
  SELECT min(waits_key) FROM work WHERE waits_kind = 'connection'
  UNION ALL
  SELECT (SELECT min(w.waits_key) FROM work AS w
          WHERE w.waits_kind = 'connection' AND w.waits_key > waited.key)
  FROM waited WHERE key IS NOT NULL LIMIT 1000)
SELECT key, (SELECT count(*) FROM (SELECT 1 FROM work
                                   WHERE waits_kind = 'connection' AND waits_key = waited.key
                                   LIMIT 1000))
FROM waited WHERE key IS NOT NULL ORDER BY key
