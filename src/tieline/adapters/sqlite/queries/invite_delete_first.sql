-- Void every invitation of a first user.
DELETE FROM invite WHERE is_first = 1
