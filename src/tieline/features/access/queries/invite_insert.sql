-- Store an invitation.
-- takes: hash text, account text, role text, is_first bigint, expires_us bigint
INSERT INTO invite (hash, account, role, is_first, expires_us)
VALUES (:hash, :account, :role, :is_first, :expires_us)
