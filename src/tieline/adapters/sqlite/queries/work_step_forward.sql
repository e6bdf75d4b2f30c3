-- The heads of these lanes may run.
WITH given (tenant, flow, key) AS (VALUES {rows})
UPDATE work SET behind = 0
WHERE behind = 1
  AND run_id IN (SELECT l.head FROM given CROSS JOIN lane AS l USING (tenant, flow, key))
