-- Where a background pass has stopped.
SELECT reached FROM mark WHERE name = :name
