-- Whether a tenant has a row, or has had an event within the time in which repeats are recognised.
-- takes: name text
SELECT 1 WHERE EXISTS (SELECT 1 FROM tenant WHERE name = :name)
            OR EXISTS (SELECT 1 FROM dedupe WHERE tenant = :name)
