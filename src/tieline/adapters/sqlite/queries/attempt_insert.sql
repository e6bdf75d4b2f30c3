-- Log tries, as they went.
INSERT INTO attempt (tenant, run_id, step, key, number, connection, at_us, took_us, status,
                     outcome, retry_us, detail, trace)
VALUES {rows}
