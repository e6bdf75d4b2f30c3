-- The store's own time in microseconds, which is the same for everybody who asks it.
SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)
