-- Keep what was sent and answered at tries.
INSERT INTO exchange (tenant, run_id, step, key, number, at_us, request, answer)
VALUES {rows}
