-- Make every token of a user void.
DELETE FROM token WHERE owner = :owner
