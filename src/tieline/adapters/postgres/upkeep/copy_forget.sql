-- Forget a note about a copy.
-- takes: name text
DELETE FROM mark WHERE name = :name
