-- Note when a user logged in.
UPDATE account SET login_us = :at_us WHERE name = :name
