-- A browser is logged in.
INSERT INTO session (hash, account, opened_us, seen_us, expires_us, address, agent)
VALUES (:hash, :account, :at_us, :at_us, :expires_us, :address, :agent)
