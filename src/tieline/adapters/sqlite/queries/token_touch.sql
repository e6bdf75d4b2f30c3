-- A token is used.
UPDATE token SET used_us = :at_us WHERE id = :id
