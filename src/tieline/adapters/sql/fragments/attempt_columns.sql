-- What a list shows of a try (a), and of its run (r): AttemptRow.
a.seq AS id, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
