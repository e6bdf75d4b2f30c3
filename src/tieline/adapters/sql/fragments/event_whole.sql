-- All of an event (e), with the payload if it stands there: Event.
e.id, e.tenant, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.traceparent,
e.receipt_id, e.cause, e.contract, e.data
