-- An alert (a) as it stands.
a.key, a.kind, a.subject, a.owner, a.reason, a.state, a.since_us, a.fired_us, a.clear_us,
a.ended_us, a.told_us
