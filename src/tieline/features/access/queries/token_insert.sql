-- Store a token, unless its name is taken.
-- takes: id text, name text, hash text, owner text, scopes text, at_us bigint, expires_us bigint
INSERT INTO token (id, name, hash, owner, scopes, created_us, expires_us)
VALUES (:id, :name, :hash, :owner, :scopes, :at_us, :expires_us)
ON CONFLICT (name) DO NOTHING
