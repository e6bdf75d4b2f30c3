-- The bodies of receipts.
WITH given (tenant, id) AS (VALUES {rows})
SELECT c.id, c.body FROM given CROSS JOIN receipt AS c ON c.id = given.id
