-- Which of the runs (r) that a page looks at are wanted; w is their work.
(:flow IS NULL OR r.flow = :flow)
AND (:state IS NULL OR r.state = :state)
AND (:tenant IS NULL OR r.tenant = :tenant)
AND (:waits_kind IS NULL OR (w.waits_kind = :waits_kind AND w.waits_key = :waits_key))
AND r.created_us >= :since_us AND r.created_us < :until_us
