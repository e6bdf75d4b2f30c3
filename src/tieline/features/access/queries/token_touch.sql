-- A token is used.
-- takes: at_us bigint, id text
UPDATE token SET used_us = :at_us WHERE id = :id
