-- A worker lives. A file has no clock of its own to answer with.
INSERT INTO worker (id, beat_us, started_us, about, version, roles, host, pid, ahead_us, silent_us,
                    knows, hub, declares, troubles)
VALUES (:id, :now_us, coalesce(:started_us, :now_us), :about, :version, :roles, :host, :pid,
        :ahead_us, :silent_us, :knows, :hub, :declares, :troubles)
ON CONFLICT (id) DO UPDATE SET
  beat_us = excluded.beat_us,
  started_us = coalesce(:started_us, worker.started_us),
  ahead_us = excluded.ahead_us,
  silent_us = excluded.silent_us,
  knows = excluded.knows,
  hub = excluded.hub,
  declares = excluded.declares,
  troubles = excluded.troubles,
  stopped_us = NULL
RETURNING :now_us
