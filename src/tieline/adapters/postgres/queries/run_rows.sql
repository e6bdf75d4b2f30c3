-- These runs, with what the queue knows of them.
-- rows: id text
SELECT {run_columns}
FROM {rows} JOIN run AS r ON r.id = given.id {run_work}
