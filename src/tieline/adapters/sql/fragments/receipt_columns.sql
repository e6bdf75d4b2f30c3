-- What a list shows of a delivery (c): ReceiptRow, but for what was decided about it.
c.id, c.source, c.received_us, c.verdict, c.status, c.reason, c.event_id, c.remote, c.body_bytes,
c.tenant
