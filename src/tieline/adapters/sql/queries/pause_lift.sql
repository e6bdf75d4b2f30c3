-- Lift the pauses whose time is over.
-- takes: now_us bigint
DELETE FROM pause WHERE until_us <= :now_us RETURNING kind, name
