-- The heads of these lanes may run.
-- rows: tenant text, flow text, key text
UPDATE work SET behind = 0
FROM {rows} JOIN lane AS l USING (tenant, flow, key)
WHERE work.run_id = l.head AND work.behind = 1
