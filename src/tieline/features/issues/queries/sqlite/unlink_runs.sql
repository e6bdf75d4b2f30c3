-- Purged runs belong to no issue any more.
DELETE FROM issue_link WHERE subject IN (SELECT column2 FROM (VALUES {rows}))
