-- A silent worker holds nothing any more.
DELETE FROM worker WHERE id = :id
