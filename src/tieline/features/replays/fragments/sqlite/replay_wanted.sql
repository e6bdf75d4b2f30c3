-- Which of the events (e) that a replay looks at it wants; c is the delivery of one.
(:source IS NULL OR e.source = :source)
AND (:tenant IS NULL OR e.tenant = :tenant)
AND (:type IS NULL OR e.type = :type)
AND (:prefix IS NULL OR substr(e.type, 1, length(:prefix)) = :prefix)
AND e.recorded_us >= :since_us AND e.recorded_us < :until_us
AND (:states IS NULL
     OR c.verdict IN (SELECT value FROM json_each(:states))
        AND NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = c.id)
     OR EXISTS (SELECT 1 FROM run AS r
                WHERE r.event_id = e.id AND (:flow IS NULL OR r.flow = :flow)
                  AND r.state IN (SELECT value FROM json_each(:states))))
AND (:kind IS NULL AND :connection IS NULL
     OR EXISTS (SELECT 1 FROM run AS r CROSS JOIN dead AS d ON d.run_id = r.id
                WHERE r.event_id = e.id AND (:flow IS NULL OR r.flow = :flow)
                  AND d.resolution IS NULL
                  AND (:kind IS NULL OR d.kind = :kind)
                  AND (:connection IS NULL OR d.connection = :connection)))
