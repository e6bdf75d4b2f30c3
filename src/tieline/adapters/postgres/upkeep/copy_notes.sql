-- What was noted about a copy that this store is, or was, part of.
SELECT name, reached FROM mark WHERE name IN ('copy', 'copied') OR name LIKE 'copy:%'
