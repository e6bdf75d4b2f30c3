-- The newest migration that the store has.
SELECT name FROM migration ORDER BY number DESC LIMIT 1
