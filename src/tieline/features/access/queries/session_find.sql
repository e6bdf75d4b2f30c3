-- The session with this hash, with what its user is now.
-- takes: hash text
SELECT s.account, a.role, s.opened_us, s.seen_us, s.expires_us, s.address, s.agent
FROM session AS s JOIN account AS a ON a.name = s.account WHERE s.hash = :hash
