-- Remove a user.
DELETE FROM account WHERE name = :name
