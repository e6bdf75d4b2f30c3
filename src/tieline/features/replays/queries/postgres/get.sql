-- The state of one replay, which stands still until it is decided about.
-- takes: id text
SELECT state, not_made FROM replay WHERE id = :id FOR UPDATE
