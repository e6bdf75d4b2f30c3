-- Some counts of some names, added up by steps.
-- takes: start_us bigint, step_us bigint, names text, kind text, base_us bigint, until_us bigint
-- takes: words text
SELECT t.name, (t.at_us - :start_us) / :step_us AS slot, CAST(sum(t.number) AS bigint)
FROM (SELECT jsonb_array_elements_text(:names::jsonb) AS name) AS known CROSS JOIN tally AS t
WHERE t.kind = :kind AND t.name = known.name AND t.step_us = :base_us
  AND t.at_us >= :start_us AND t.at_us < :until_us
  AND t.word IN (SELECT jsonb_array_elements_text(:words::jsonb))
GROUP BY 1, 2
