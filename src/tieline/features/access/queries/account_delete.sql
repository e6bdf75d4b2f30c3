-- Remove a user.
-- takes: name text
DELETE FROM account WHERE name = :name
