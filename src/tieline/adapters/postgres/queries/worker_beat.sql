-- A worker lives, and is told the time, which is the same for all of them.
-- takes: id text, now_us bigint, about text, version text, roles text, host text, pid bigint
INSERT INTO worker (id, beat_us, started_us, about, version, roles, host, pid)
VALUES (:id, :now_us, :now_us, :about, :version, :roles, :host, :pid)
ON CONFLICT (id) DO UPDATE SET beat_us = excluded.beat_us
RETURNING (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
