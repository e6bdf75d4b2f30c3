-- A bulk decision (o) and how far it is: OperationRow.
o.id, o.action, o.filter, o.state, o.total, o.done, o.refused, o.cursor, o.actor, o.reason,
o.started_us, o.moved_us
