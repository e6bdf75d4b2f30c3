-- What came of a bite of an operation.
UPDATE operation SET done = done + :done, refused = refused + :refused, not_made = :not_made
WHERE id = :id
