-- Of a tenant's latest deliveries, those of which no flow took an event.
-- takes: name text, look bigint
SELECT count(*) FROM (SELECT verdict FROM receipt WHERE tenant = :name AND tenant <> '-'
                      ORDER BY id DESC LIMIT :look) AS latest
WHERE verdict = 'unmatched'
