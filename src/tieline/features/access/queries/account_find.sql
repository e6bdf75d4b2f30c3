-- What a log-in under this name is held against.
-- takes: name text
SELECT name, role, password FROM account WHERE name = :name
