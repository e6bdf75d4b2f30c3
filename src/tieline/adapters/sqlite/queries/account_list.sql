-- All users by name.
SELECT name, role, password IS NOT NULL, created_us, login_us FROM account
ORDER BY name LIMIT :limit
