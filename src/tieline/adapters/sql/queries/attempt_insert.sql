-- Log tries, as they went.
-- rows: tenant text, run_id text, step text, key text, number bigint, connection text, at_us bigint
-- rows: took_us bigint, status bigint, outcome text, retry_us bigint, detail text, trace text
INSERT INTO attempt (tenant, run_id, step, key, number, connection, at_us, took_us, status,
                     outcome, retry_us, detail, trace)
{given_rows}
