-- Void every invitation of a user.
DELETE FROM invite WHERE account = :account
