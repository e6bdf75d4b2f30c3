-- Make every token of a user void.
-- takes: owner text
DELETE FROM token WHERE owner = :owner
