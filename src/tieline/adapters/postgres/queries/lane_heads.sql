-- The heads of these lanes.
-- rows: tenant text, flow text, key text
SELECT l.head FROM {rows} JOIN lane AS l USING (tenant, flow, key)
