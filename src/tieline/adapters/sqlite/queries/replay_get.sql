-- The state of one replay.
SELECT state FROM replay WHERE id = :id
