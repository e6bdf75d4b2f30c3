-- Note who mentioned a business name; the first mention by the same event and run stands.
INSERT INTO reference (kind, key, event_id, run_id, at_us)
VALUES {rows}
ON CONFLICT DO NOTHING
