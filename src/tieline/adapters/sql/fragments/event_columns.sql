-- What a list shows of an event (e), its envelope: EventRow.
e.id, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.receipt_id, e.cause,
e.contract, e.tenant
