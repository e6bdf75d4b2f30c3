-- A slice of the audit log, oldest first, to follow its chain of hashes.
-- takes: after bigint, limit bigint
SELECT seq, at_us, actor, action, subject, reason, previous, hash FROM audit
WHERE seq > :after ORDER BY seq LIMIT :limit
