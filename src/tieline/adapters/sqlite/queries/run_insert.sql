-- Store new runs, ready or already claimed.
INSERT INTO run (id, tenant, flow, event_id, state, priority, lane, generation, replay_id,
                 created_us, moved_us, deadline_us)
VALUES {rows}
