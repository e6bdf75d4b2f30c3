-- Some counts of some names, added up by steps.
SELECT t.name, (t.at_us - :start_us) / :step_us AS slot, CAST(sum(t.number) AS bigint)
FROM (SELECT value AS name FROM json_each(:names)) AS known CROSS JOIN tally AS t
WHERE t.kind = :kind AND t.name = known.name AND t.step_us = :base_us
  AND t.at_us >= :start_us AND t.at_us < :until_us
  AND t.word IN (SELECT value FROM json_each(:words))
GROUP BY 1, 2
