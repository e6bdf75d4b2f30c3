-- Alerts that ended long ago, or never came to fire.
-- rows: key text
DELETE FROM alert USING {rows} WHERE alert.key = given.key
