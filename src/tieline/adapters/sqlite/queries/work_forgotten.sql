-- Connections that nobody holds any more, and for which runs wait that no time sets free: whoever
-- was to wake them is gone. A loose walk over a small index: its cost grows with names, not runs.
WITH RECURSIVE waited (key) AS (
  SELECT min(waits_key) FROM work WHERE waits_kind = 'connection' AND due_us IS NULL
  UNION ALL
  SELECT (SELECT min(w.waits_key) FROM work AS w
          WHERE w.waits_kind = 'connection' AND w.due_us IS NULL AND w.waits_key > waited.key)
  FROM waited WHERE key IS NOT NULL LIMIT 1000)
SELECT key FROM waited
WHERE key IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM pause WHERE kind = 'connection' AND name = waited.key)
