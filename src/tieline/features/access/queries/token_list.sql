-- All tokens by name, with what their owners are now.
-- takes: limit bigint
SELECT t.id, t.name, t.owner, t.scopes, t.created_us, t.expires_us, t.used_us, a.role
FROM token AS t LEFT JOIN account AS a ON a.name = t.owner ORDER BY t.name LIMIT :limit
