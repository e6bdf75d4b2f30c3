-- One line of the audit log (a), with its place in the chain of hashes: AuditRow.
a.seq, a.at_us, a.actor, a.action, a.subject, a.reason, a.previous, a.hash
