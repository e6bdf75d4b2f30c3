-- A name for a connection that commits, which no other has had.
SELECT gen_random_uuid()::text
