-- What came of a bite of an operation.
-- takes: done bigint, refused bigint, not_made text, id text
UPDATE operation SET done = done + :done, refused = refused + :refused, not_made = :not_made
WHERE id = :id
