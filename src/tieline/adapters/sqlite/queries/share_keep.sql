-- Book what a worker holds and wants.
INSERT INTO share (tenant, connection, worker, rate, slots, retries, wants_rate, wants_slots,
                   wants_retries, asked_us)
VALUES {rows}
ON CONFLICT (tenant, connection, worker) DO UPDATE
SET rate = excluded.rate, slots = excluded.slots, retries = excluded.retries,
    wants_rate = excluded.wants_rate, wants_slots = excluded.wants_slots,
    wants_retries = excluded.wants_retries, asked_us = excluded.asked_us
