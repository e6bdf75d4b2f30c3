-- The sessions of a user, the latest first.
-- takes: account text
SELECT s.account, a.role, s.opened_us, s.seen_us, s.expires_us, s.address, s.agent
FROM session AS s JOIN account AS a ON a.name = s.account WHERE s.account = :account
ORDER BY s.opened_us DESC LIMIT 100
