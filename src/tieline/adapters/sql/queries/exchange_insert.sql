-- Keep what was sent and answered at tries.
-- rows: tenant text, run_id text, step text, key text, number bigint, at_us bigint
-- rows: request text, answer text
INSERT INTO exchange (tenant, run_id, step, key, number, at_us, request, answer)
{given_rows}
