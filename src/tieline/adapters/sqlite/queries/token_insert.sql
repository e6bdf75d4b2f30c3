-- Store a token, unless its name is taken.
INSERT INTO token (id, name, hash, owner, scopes, created_us, expires_us)
VALUES (:id, :name, :hash, :owner, :scopes, :at_us, :expires_us)
ON CONFLICT (name) DO NOTHING
