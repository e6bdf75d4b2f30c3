-- Note when a user logged in.
-- takes: at_us bigint, name text
UPDATE account SET login_us = :at_us WHERE name = :name
