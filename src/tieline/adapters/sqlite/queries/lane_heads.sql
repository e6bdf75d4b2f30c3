-- The heads of these lanes.
WITH given (tenant, flow, key) AS (VALUES {rows})
SELECT l.head FROM given CROSS JOIN lane AS l USING (tenant, flow, key)
