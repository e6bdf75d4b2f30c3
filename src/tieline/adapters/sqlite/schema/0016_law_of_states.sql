-- The law of run states is in force: a run, and its work, moves only along the edges of the table
-- rules/runs/transitions.py, whoever writes; a statement that would do anything else fails and
-- changes nothing. Whoever gives the table an edge makes these two triggers anew. What is new, and
-- what is copied from another store, is inserted, in whatever state. Comparisons, not IN: that would
-- build a table in memory for every row.

-- A run that says something else than its work would hold up whoever claims it: the work is right.
UPDATE run SET state = (SELECT w.state FROM work AS w WHERE w.run_id = run.id)
WHERE state IN ('ready', 'running', 'retrying', 'waiting', 'held')
  AND id IN (SELECT w.run_id FROM work AS w JOIN run AS r ON r.id = w.run_id
             WHERE r.state <> w.state);

CREATE TRIGGER law_of_work AFTER UPDATE OF state ON work
WHEN NOT CASE OLD.state
  WHEN 'ready' THEN NEW.state = 'running'
  WHEN 'running' THEN NEW.state = 'ready' OR NEW.state = 'retrying' OR NEW.state = 'waiting'
                      OR NEW.state = 'held'
  WHEN 'retrying' THEN NEW.state = 'ready'
  WHEN 'waiting' THEN NEW.state = 'ready'
  WHEN 'held' THEN NEW.state = 'ready'
  ELSE 0 END
BEGIN
  SELECT RAISE(ABORT, 'the law of run states has no such move');
END;

CREATE TRIGGER law_of_run AFTER UPDATE OF state ON run
WHEN NOT CASE OLD.state
  WHEN 'running' THEN NEW.state = 'done' OR NEW.state = 'retrying' OR NEW.state = 'waiting'
                      OR NEW.state = 'held' OR NEW.state = 'dead' OR NEW.state = 'cancelled'
                      OR NEW.state = 'ready'
  WHEN 'ready' THEN NEW.state = 'running' OR NEW.state = 'cancelled' OR NEW.state = 'dead'
  WHEN 'retrying' THEN NEW.state = 'ready' OR NEW.state = 'cancelled' OR NEW.state = 'dead'
  WHEN 'waiting' THEN NEW.state = 'ready' OR NEW.state = 'cancelled' OR NEW.state = 'dead'
  WHEN 'held' THEN NEW.state = 'ready' OR NEW.state = 'dead' OR NEW.state = 'cancelled'
  WHEN 'dead' THEN NEW.state = 'ready'
  ELSE 0 END
BEGIN
  SELECT RAISE(ABORT, 'the law of run states has no such move');
END;
