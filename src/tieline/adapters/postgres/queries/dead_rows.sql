-- What these runs died of, and what was decided.
-- rows: run_id text
SELECT {dead_columns}
FROM {rows} JOIN run AS r ON r.id = given.run_id
JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
