-- The code names this tenant no more; what people said about it stays.
-- takes: name text
UPDATE tenant SET declared_us = NULL WHERE name = :name
