-- What a list shows of a run (r), and what the queue (w) knows of it while it lives: RunRow.
r.id, r.flow, r.event_id, r.state, r.lane, r.priority, r.generation, r.replay_id, r.created_us,
r.moved_us, r.deadline_us, r.reason, w.due_us, w.waits_kind, w.waits_key, w.doubt_step,
w.doubt_key, coalesce(w.behind, 0) AS behind,
coalesce(w.tries, 0) AS tries, w.worker, r.tenant
