-- Alerts that ended long ago, or never came to fire.
DELETE FROM alert WHERE key IN (VALUES {rows})
