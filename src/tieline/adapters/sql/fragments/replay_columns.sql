-- A replay (p) and how far it is: ReplayRow, but for what is counted.
p.id, p.filter, p.per_second, p.as_new_action, p.state, p.cursor, p.planned, p.admitted,
p.started_us, p.moved_us
