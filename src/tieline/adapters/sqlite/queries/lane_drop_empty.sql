-- Lanes with nobody left are forgotten.
DELETE FROM lane WHERE head = '' AND (tenant, flow, key) IN (VALUES {rows})
