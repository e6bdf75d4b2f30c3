-- Book what a worker holds and wants.
-- rows: tenant text, connection text, worker text, rate bigint, slots bigint, retries bigint
-- rows: wants_rate bigint, wants_slots bigint, wants_retries bigint, asked_us bigint
INSERT INTO share (tenant, connection, worker, rate, slots, retries, wants_rate, wants_slots,
                   wants_retries, asked_us)
{given_rows}
ON CONFLICT (tenant, connection, worker) DO UPDATE
SET rate = excluded.rate, slots = excluded.slots, retries = excluded.retries,
    wants_rate = excluded.wants_rate, wants_slots = excluded.wants_slots,
    wants_retries = excluded.wants_retries, asked_us = excluded.asked_us
