-- A worker lives, and is told the time, which is the same for all of them.
-- The time is asked for apart: a distributed server takes no clock in what a write returns.
-- takes: id text, now_us bigint, started_us bigint, about text, version text, roles text, host text
-- takes: pid bigint, ahead_us bigint, silent_us bigint, knows bigint
-- takes: hub text, declares text, troubles text
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
  stopped_us = NULL;
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
