-- Connections that nobody holds any more, and for which runs wait that no time sets free: whoever
-- was to wake them is gone. A loose walk over a small index: its cost grows with names, not runs.
WITH RECURSIVE waited (key) AS (
  (SELECT waits_key FROM work WHERE waits_kind = 'connection' AND due_us IS NULL
   ORDER BY waits_key LIMIT 1)
  UNION ALL
  SELECT (SELECT w.waits_key FROM work AS w
          WHERE w.waits_kind = 'connection' AND w.due_us IS NULL AND w.waits_key > waited.key
          ORDER BY w.waits_key LIMIT 1)
  FROM waited WHERE waited.key IS NOT NULL)
SELECT key FROM waited
WHERE key IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM pause WHERE kind = 'connection' AND name = waited.key)
LIMIT 1000
