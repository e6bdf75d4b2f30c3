-- Where a background pass has stopped.
-- takes: name text
SELECT reached FROM mark WHERE name = :name
