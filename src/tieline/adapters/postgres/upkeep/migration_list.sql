-- Which migrations the store has; none where it is no store.
SELECT number, name, digest FROM migration ORDER BY number
