-- What an operation has not made so far, by reason.
-- takes: id text
SELECT not_made FROM operation WHERE id = :id
