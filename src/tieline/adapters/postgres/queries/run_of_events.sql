-- The runs of these events, a bounded number.
-- rows: id text
SELECT {run_columns}
FROM {rows} JOIN run AS r ON r.event_id = given.id {run_work}
LIMIT 500
