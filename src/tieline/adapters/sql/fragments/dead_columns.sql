-- What a list shows of a dead letter (d), and of its run (r): DeadRow.
d.run_id AS id, d.flow, d.kind, d.reason, d.at_us, d.resolution, d.resolved_us, r.event_id, r.lane,
d.issue, d.connection, d.tenant
