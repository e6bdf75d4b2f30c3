-- Replace a user's password.
UPDATE account SET password = :password WHERE name = :name
