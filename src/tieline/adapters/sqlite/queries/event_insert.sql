-- Append events; they never change, only their payload is forgotten by retention.
INSERT INTO event (id, tenant, source, type, identity, recorded_us, correlation, traceparent,
                   receipt_id, cause, contract, data)
VALUES {rows}
