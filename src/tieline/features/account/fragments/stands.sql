-- Where an event (l) stands: where the least finished of its runs does, or why it has none. Lost is what
-- nothing will ever go on with: a live run without work, a dead one without its letter, and an event
-- that was accepted for a flow and has no run. A count finds by the index whatever is known of the
-- table; EXISTS may turn to reading all of it.
coalesce(
  (SELECT substr(min(CASE
     WHEN r.state NOT IN ('done', 'dead', 'cancelled')
          AND (SELECT count(*) FROM work AS w WHERE w.run_id = r.id) = 0 THEN '0 lost'
     WHEN r.state = 'dead'
          AND (SELECT count(*) FROM dead AS d WHERE d.run_id = r.id) = 0 THEN '0 lost'
     WHEN r.state = 'held' THEN '1 held'
     WHEN r.state = 'dead' THEN '2 dead'
     WHEN r.state = 'retrying' THEN '3 retrying'
     WHEN r.state = 'waiting' THEN '4 waiting'
     WHEN r.state = 'running' THEN '5 running'
     WHEN r.state = 'ready' THEN '6 ready'
     WHEN r.state = 'cancelled' THEN '7 cancelled'
     ELSE '8 done' END), 3)
   FROM run AS r WHERE r.event_id = l.id),
  (SELECT CASE
     WHEN c.verdict = 'quarantined' THEN 'quarantined'
     WHEN l.recorded_us < :forgotten_us THEN 'forgotten'
     WHEN c.verdict = 'accepted' AND c.event_id = l.id AND c.reason IS NULL THEN 'lost'
     ELSE 'unmatched' END
   FROM receipt AS c WHERE c.id = l.receipt_id),
  CASE WHEN l.recorded_us < :forgotten_us THEN 'forgotten' ELSE 'unmatched' END) AS stands,
CASE WHEN (SELECT count(*) - count(DISTINCT r.flow) FROM run AS r
           WHERE r.event_id = l.id AND r.replay_id IS NULL AND r.generation = 0) > 0
     THEN 1 ELSE 0 END AS doubled
