-- Make a user, unless the name is taken.
-- takes: name text, role text, password text, at_us bigint
INSERT INTO account (name, role, password, created_us)
VALUES (:name, :role, :password, :at_us)
ON CONFLICT (name) DO NOTHING
