-- Forget workers that hold nothing of a connection any more.
WITH given (tenant, connection, worker) AS (VALUES {rows})
DELETE FROM share
WHERE (tenant, connection, worker) IN (SELECT tenant, connection, worker FROM given)
