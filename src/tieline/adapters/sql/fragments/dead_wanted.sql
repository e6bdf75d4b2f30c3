-- Which of the dead letters (d) that a page looks at are wanted.
(:flow IS NULL OR d.flow = :flow)
AND (:tenant IS NULL OR d.tenant = :tenant)
AND (:kind IS NULL OR d.kind = :kind)
AND (:issue IS NULL OR d.issue = :issue)
AND (:connection IS NULL OR d.connection = :connection)
AND d.at_us >= :since_us AND d.at_us < :until_us
