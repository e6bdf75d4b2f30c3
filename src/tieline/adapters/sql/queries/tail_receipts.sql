-- The newest deliveries behind a place.
-- takes: after bigint, limit bigint
SELECT c.seq, {receipt_columns}
FROM receipt AS c WHERE seq > :after ORDER BY seq DESC LIMIT :limit
