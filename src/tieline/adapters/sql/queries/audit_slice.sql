-- A slice of the audit log, oldest first, to follow its chain of hashes.
-- takes: after bigint, limit bigint
SELECT {audit_columns} FROM audit AS a
WHERE seq > :after ORDER BY seq LIMIT :limit
