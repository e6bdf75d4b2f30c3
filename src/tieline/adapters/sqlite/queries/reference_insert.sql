-- Note who mentioned a business name; the first mention by the same event and run stands.
INSERT INTO reference (tenant, kind, key, event_id, run_id, at_us)
VALUES {rows}
ON CONFLICT DO NOTHING
