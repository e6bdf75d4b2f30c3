-- A page of what people did, newest first.
SELECT seq, at_us, actor, action, subject, reason, previous, hash FROM audit
WHERE seq < :before AND at_us >= :since_us AND at_us < :until_us
ORDER BY seq DESC LIMIT :limit
