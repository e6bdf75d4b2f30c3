-- Which of these events are stored.
WITH given (tenant, id) AS (VALUES {rows})
SELECT e.id FROM given CROSS JOIN event AS e ON e.id = given.id
