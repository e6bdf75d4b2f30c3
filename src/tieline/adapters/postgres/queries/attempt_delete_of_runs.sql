-- Forget the tries of purged runs.
-- rows: tenant text, id text
DELETE FROM attempt USING {rows} WHERE attempt.tenant = given.tenant AND attempt.run_id = given.id
