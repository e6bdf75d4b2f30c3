-- The state of an issue, before somebody changes it.
-- takes: id text
SELECT state, actor FROM issue WHERE id = :id FOR UPDATE
