-- All users by name.
-- takes: limit bigint
SELECT name, role, password IS NOT NULL, created_us, login_us FROM account
ORDER BY name LIMIT :limit
