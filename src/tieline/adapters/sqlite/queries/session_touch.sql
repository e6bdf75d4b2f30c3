-- A session is used.
UPDATE session SET seen_us = :at_us WHERE hash = :hash
