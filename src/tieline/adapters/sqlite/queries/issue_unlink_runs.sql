-- Purged runs belong to no issue any more.
DELETE FROM issue_link WHERE subject IN (VALUES {rows})
