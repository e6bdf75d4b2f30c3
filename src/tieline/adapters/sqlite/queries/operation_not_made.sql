-- What an operation has not made so far, by reason.
SELECT not_made FROM operation WHERE id = :id
