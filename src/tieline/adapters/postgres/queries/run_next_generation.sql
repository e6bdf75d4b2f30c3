-- The effects of this run are wanted once more, under new effect keys.
-- takes: id text
UPDATE run SET generation = generation + 1 WHERE id = :id
