-- Keep what steps were asked for, of a run that goes on later.
-- rows: tenant text, run_id text, name text, key text, arguments bytea
UPDATE step SET arguments = given.arguments
FROM {rows}
WHERE step.tenant = given.tenant AND step.run_id = given.run_id AND step.name = given.name
  AND step.key = given.key
