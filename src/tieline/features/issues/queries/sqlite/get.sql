-- The state of an issue, before somebody changes it.
SELECT state, actor FROM issue WHERE id = :id
