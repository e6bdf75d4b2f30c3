-- These tenants with how their work stands, each count up to 10,000: TenantRow.
-- rows: name text
SELECT given.name, t.declared_us, t.added_us, t.added_by, t.note, t.paused_us, t.paused_by,
       t.paused_reason, t.paused_until_us, t.rate_count, t.rate_us, t.at_once, t.queue,
       (SELECT count(*) FROM (SELECT 1 FROM work AS w
                              WHERE w.tenant = given.name AND w.tenant <> '-'
                                AND w.state = 'ready' LIMIT 10000) AS counted) AS queued,
       (SELECT count(*) FROM (SELECT 1 FROM work AS w
                              WHERE w.tenant = given.name AND w.tenant <> '-'
                                AND w.state IN ('retrying', 'waiting')
                              LIMIT 10000) AS counted) AS waiting,
       (SELECT count(*) FROM (SELECT 1 FROM work AS w
                              WHERE w.tenant = given.name AND w.tenant <> '-'
                                AND w.state = 'running' LIMIT 10000) AS counted) AS running,
       (SELECT count(*) FROM (SELECT 1 FROM work AS w
                              WHERE w.tenant = given.name AND w.tenant <> '-'
                                AND w.state = 'held' LIMIT 10000) AS counted) AS held,
       (SELECT count(*) FROM (SELECT 1 FROM dead AS d
                              WHERE d.tenant = given.name AND d.tenant <> '-'
                                AND d.resolution IS NULL LIMIT 10000) AS counted) AS dead,
       (SELECT e.recorded_us FROM event AS e
        WHERE e.tenant = given.name AND e.tenant <> '-'
        ORDER BY e.id DESC LIMIT 1) AS last_us
FROM {rows} LEFT JOIN tenant AS t ON t.name = given.name
