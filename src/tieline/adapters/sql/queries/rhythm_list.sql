-- The rhythm of every source, and where its counts by minute and by hour begin: a seek for each.
SELECT r.source, r.last_us, r.gap_us, r.longest_us, r.heard,
  (SELECT t.at_us FROM tally AS t
   WHERE t.kind = 'source' AND t.name = r.source AND t.step_us = 60000000 AND t.word <> 'refused'
   ORDER BY t.at_us LIMIT 1),
  (SELECT t.at_us FROM tally AS t
   WHERE t.kind = 'source' AND t.name = r.source AND t.step_us = 3600000000 AND t.word <> 'refused'
   ORDER BY t.at_us LIMIT 1)
FROM rhythm AS r
ORDER BY r.source
