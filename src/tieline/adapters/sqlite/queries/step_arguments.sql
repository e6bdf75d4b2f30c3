-- Keep what steps were asked for, of a run that goes on later.
WITH given (tenant, run_id, name, key, arguments) AS (VALUES {rows})
UPDATE step SET arguments = given.arguments
FROM given
WHERE step.run_id = given.run_id AND step.name = given.name AND step.key = given.key
