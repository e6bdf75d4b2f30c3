-- Change what a user is.
UPDATE account SET role = :role WHERE name = :name
