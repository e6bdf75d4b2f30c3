-- Forget what purged runs sent and were answered.
-- rows: id text
DELETE FROM exchange USING {rows} WHERE exchange.run_id = given.id
