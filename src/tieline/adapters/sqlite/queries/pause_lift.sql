-- Lift the pauses whose time is over.
DELETE FROM pause WHERE until_us <= :now_us RETURNING kind, name
