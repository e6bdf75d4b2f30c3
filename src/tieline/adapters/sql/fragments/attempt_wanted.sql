-- Which of the tries (a) that a page looks at are wanted; r is the run of one.
(:connection IS NULL OR a.connection = :connection)
AND (:flow IS NULL OR r.flow = :flow)
AND (:outcome IS NULL OR a.outcome = :outcome
     OR (:outcome = 'failed' AND a.outcome NOT IN ('done', 'confirmed', 'skipped')))
AND a.at_us >= :since_us AND a.at_us < :until_us
