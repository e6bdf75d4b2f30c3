-- A page of what people did, newest first.
-- takes: before bigint, since_us bigint, until_us bigint, limit bigint
SELECT {audit_columns} FROM audit AS a
WHERE seq < :before AND at_us >= :since_us AND at_us < :until_us
ORDER BY seq DESC LIMIT :limit
