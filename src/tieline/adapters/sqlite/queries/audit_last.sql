-- The hash that the next audit line continues.
SELECT hash FROM audit ORDER BY seq DESC LIMIT 1
