-- Purged runs belong to no issue any more.
-- rows: tenant text, id text
DELETE FROM issue_link USING {rows} WHERE issue_link.subject = given.id
