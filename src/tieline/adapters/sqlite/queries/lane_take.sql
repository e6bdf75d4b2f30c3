-- Take a lane if nobody has it.
INSERT INTO lane (tenant, flow, key, head) VALUES (:tenant, :flow, :key, :head)
ON CONFLICT (tenant, flow, key) DO NOTHING
