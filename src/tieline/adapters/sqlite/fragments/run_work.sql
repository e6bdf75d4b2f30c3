-- The work (w) of a run (r), which has none once it has ended.
LEFT JOIN work AS w ON w.run_id = r.id
