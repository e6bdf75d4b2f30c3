-- Make a user, unless the name is taken.
INSERT INTO account (name, role, password, created_us)
VALUES (:name, :role, :password, :at_us)
ON CONFLICT (name) DO NOTHING
