-- Store new runs, ready or already claimed.
-- rows: id text, tenant text, flow text, event_id text, state text, priority bigint, lane text
-- rows: generation bigint, replay_id text, created_us bigint, moved_us bigint, deadline_us bigint
INSERT INTO run (id, tenant, flow, event_id, state, priority, lane, generation, replay_id,
                 created_us, moved_us, deadline_us)
{given_rows}
