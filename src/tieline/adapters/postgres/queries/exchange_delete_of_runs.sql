-- Forget what purged runs sent and were answered.
-- rows: tenant text, id text
DELETE FROM exchange USING {rows}
WHERE exchange.tenant = given.tenant AND exchange.run_id = given.id
