-- Replace a user's password.
-- takes: password text, name text
UPDATE account SET password = :password WHERE name = :name
