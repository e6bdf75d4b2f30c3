-- A page of what people did to one thing.
-- takes: subject text, before bigint, since_us bigint, until_us bigint, limit bigint
SELECT {audit_columns} FROM audit AS a
WHERE subject = :subject AND seq < :before AND at_us >= :since_us AND at_us < :until_us
ORDER BY seq DESC LIMIT :limit
