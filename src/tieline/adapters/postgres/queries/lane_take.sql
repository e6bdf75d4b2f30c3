-- Take a lane if nobody has it; if somebody has, lock it, so that its head cannot end unseen.
-- takes: tenant text, flow text, key text, head text
INSERT INTO lane (tenant, flow, key, head) VALUES (:tenant, :flow, :key, :head)
ON CONFLICT (tenant, flow, key) DO UPDATE SET head = lane.head WHERE false
