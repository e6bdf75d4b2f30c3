-- The token with this hash, with what its owner is now.
-- takes: hash text
SELECT t.id, t.name, t.owner, t.scopes, t.created_us, t.expires_us, t.used_us, a.role
FROM token AS t LEFT JOIN account AS a ON a.name = t.owner WHERE t.hash = :hash
