-- Make runs the head of their lane where the lane is free.
INSERT INTO lane (tenant, flow, key, head)
VALUES {rows}
ON CONFLICT (tenant, flow, key) DO NOTHING
