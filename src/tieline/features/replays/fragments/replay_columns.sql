-- A replay (p) and how far it is: ReplayRow, but for what is counted. One that made fewer runs than
-- were planned is never done.
p.id, p.filter, p.per_second, p.as_new_action,
CASE WHEN p.state = 'done' AND p.admitted < p.would THEN 'partly' ELSE p.state END AS state,
p.cursor, p.planned, p.admitted, p.started_us, p.moved_us, p.would, p.not_made, p.plan
