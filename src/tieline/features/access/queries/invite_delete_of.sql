-- Void every invitation of a user.
-- takes: account text
DELETE FROM invite WHERE account = :account
