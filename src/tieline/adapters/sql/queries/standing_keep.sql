-- Store how connections stand.
-- rows: tenant text, connection text, breaker text, until_us bigint, streak bigint
-- rows: successes bigint, prober text, refusals bigint, refused_us bigint, quiet_us bigint
-- rows: allowance bigint, grown bigint, sent text, credit_us bigint, credited_us bigint
INSERT INTO standing (tenant, connection, breaker, until_us, streak, successes, prober, refusals,
                      refused_us, quiet_us, allowance, grown, sent, credit_us, credited_us)
{given_rows}
ON CONFLICT (tenant, connection) DO UPDATE
SET breaker = excluded.breaker, until_us = excluded.until_us, streak = excluded.streak,
    successes = excluded.successes, prober = excluded.prober, refusals = excluded.refusals,
    refused_us = excluded.refused_us, quiet_us = excluded.quiet_us,
    allowance = excluded.allowance, grown = excluded.grown, sent = excluded.sent,
    credit_us = excluded.credit_us, credited_us = excluded.credited_us
