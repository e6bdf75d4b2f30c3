-- A browser is logged in.
-- takes: hash text, account text, at_us bigint, expires_us bigint, address text, agent text
INSERT INTO session (hash, account, opened_us, seen_us, expires_us, address, agent)
VALUES (:hash, :account, :at_us, :at_us, :expires_us, :address, :agent)
