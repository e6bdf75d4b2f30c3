-- Make a token void, by its id or its name.
-- takes: token text
DELETE FROM token WHERE id = :token OR name = :token RETURNING name
