-- Make runs the head of their lane where the lane is free. A lane that somebody has is locked
-- (the update that never happens does that), so that its head cannot end unseen before our run is
-- stored behind it; in order, so that nobody waits in a ring.
-- A row comes back for each lane that was free: a distributed server counts those that were offered.
-- rows: tenant text, flow text, key text, head text, nth ordinality
INSERT INTO lane (tenant, flow, key, head)
SELECT DISTINCT ON (tenant, flow, key) tenant, flow, key, head
FROM {rows} ORDER BY tenant, flow, key, nth
ON CONFLICT (tenant, flow, key) DO UPDATE SET head = lane.head WHERE false
RETURNING 1
