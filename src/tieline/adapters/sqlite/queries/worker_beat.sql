-- A worker lives. A file has no clock of its own to answer with.
INSERT INTO worker (id, beat_us, started_us, about, version, roles, host, pid)
VALUES (:id, :now_us, :now_us, :about, :version, :roles, :host, :pid)
ON CONFLICT (id) DO UPDATE SET beat_us = excluded.beat_us
RETURNING :now_us
