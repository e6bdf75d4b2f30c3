-- Give a tenant a budget of its own; what is null is as the code says.
-- takes: name text, rate_count bigint, rate_us bigint, at_once bigint, queue bigint
INSERT INTO tenant (name, rate_count, rate_us, at_once, queue)
VALUES (:name, :rate_count, :rate_us, :at_once, :queue)
ON CONFLICT (name) DO UPDATE SET rate_count = excluded.rate_count, rate_us = excluded.rate_us,
                                 at_once = excluded.at_once, queue = excluded.queue
