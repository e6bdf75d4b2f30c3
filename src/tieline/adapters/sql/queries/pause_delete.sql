-- Lift a pause.
-- takes: kind text, name text
DELETE FROM pause WHERE kind = :kind AND name = :name
