-- Store an invitation.
INSERT INTO invite (hash, account, role, is_first, expires_us)
VALUES (:hash, :account, :role, :is_first, :expires_us)
