-- The code names these tenants.
-- rows: name text, declared_us bigint
INSERT INTO tenant (name, declared_us) SELECT name, declared_us FROM {rows}
ON CONFLICT (name) DO UPDATE SET declared_us = excluded.declared_us
