-- Who holds what of these connections.
-- rows: tenant text, connection text
SELECT s.connection, s.worker, s.rate, s.slots, s.retries, s.wants_rate, s.wants_slots,
       s.wants_retries, s.asked_us
FROM {rows}
JOIN share AS s ON s.tenant = given.tenant AND s.connection = given.connection
