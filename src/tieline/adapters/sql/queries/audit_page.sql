-- A page of what people did, newest first.
-- takes: before bigint, since_us bigint, until_us bigint, limit bigint, actor text, action text, logins bigint
SELECT {audit_columns} FROM audit AS a
WHERE seq < :before AND at_us >= :since_us AND at_us < :until_us
  AND (:actor IS NULL OR actor = :actor) AND (:action IS NULL OR action = :action)
  AND (:logins = 1 OR action NOT IN ('log-in', 'log-out', 'log-out-everywhere'))
ORDER BY seq DESC LIMIT :limit
