-- The state of one replay, and what it has not made.
SELECT state, not_made FROM replay WHERE id = :id
