-- Append events; they never change, only their payload is forgotten by retention. The lock is
-- shared by all writers: it tells a reader of the log (replay_horizon) the least id on its way.
-- rows: id text, tenant text, source text, type text, identity text, recorded_us bigint
-- rows: correlation text, traceparent text, receipt_id text, cause text, contract text, data bytea
WITH least (id) AS MATERIALIZED (SELECT min(id) FROM {rows}),
noted AS MATERIALIZED (
  SELECT pg_advisory_xact_lock_shared(23721::bigint << 48 | CASE
    WHEN id ~ '^evt_[0-9a-f]{12}' THEN ('x' || substr(id, 5, 12))::bit(48)::bigint ELSE 0 END)
  FROM least)
INSERT INTO event (id, tenant, source, type, identity, recorded_us, correlation, traceparent,
                   receipt_id, cause, contract, data)
SELECT given.* FROM {rows}, noted
