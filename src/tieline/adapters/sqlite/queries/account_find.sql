-- What a log-in under this name is held against.
SELECT name, role, password FROM account WHERE name = :name
