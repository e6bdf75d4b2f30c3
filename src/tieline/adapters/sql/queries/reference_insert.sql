-- Note who mentioned a business name; the first mention by the same event and run stands.
-- rows: tenant text, kind text, key text, event_id text, run_id text, at_us bigint
INSERT INTO reference (tenant, kind, key, event_id, run_id, at_us)
{given_rows}
ON CONFLICT DO NOTHING
