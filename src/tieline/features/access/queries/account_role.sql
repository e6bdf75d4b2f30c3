-- Change what a user is.
-- takes: role text, name text
UPDATE account SET role = :role WHERE name = :name
