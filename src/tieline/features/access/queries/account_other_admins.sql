-- How many administrators there are besides this one.
-- takes: name text
SELECT count(*) FROM account WHERE role = 'admin' AND password IS NOT NULL AND name <> :name
