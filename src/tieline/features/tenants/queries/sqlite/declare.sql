-- The code names these tenants.
INSERT INTO tenant (name, declared_us) VALUES {rows}
ON CONFLICT (name) DO UPDATE SET declared_us = excluded.declared_us
