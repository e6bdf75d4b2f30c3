-- The work (w) of a run (r), which has none once it has ended; OFFSET 0 has it looked up for each
-- run, also while the server believes that there is little work.
LEFT JOIN LATERAL (
  SELECT * FROM work WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0) AS w ON true
