-- Whether there is a store at all.
SELECT to_regclass('migration') IS NOT NULL
