-- A bulk decision (o) and how far it is: OperationRow. One that decided fewer than were planned is
-- never done.
o.id, o.action, o.filter,
CASE WHEN o.state = 'done' AND o.done < o.would THEN 'partly' ELSE o.state END AS state,
o.total, o.done, o.refused, o.cursor, o.actor, o.reason, o.started_us, o.moved_us,
o.would, o.not_made, o.plan
