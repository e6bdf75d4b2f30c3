-- The law of run states is in force: a run, and its work, moves only along the edges of the table
-- rules/runs/transitions.py, whoever writes; a statement that would do anything else fails and
-- changes nothing. Whoever gives the table an edge makes these two triggers anew. What is new, and
-- what is copied from another store, is inserted, in whatever state. After the update, not before:
-- then the server does not lock the row once more, and the function is called only to refuse.

-- A run that says something else than its work would hold up whoever claims it: the work is right.
UPDATE run AS r SET state = w.state
FROM work AS w
WHERE w.run_id = r.id AND r.state <> w.state
  AND r.state IN ('ready', 'running', 'retrying', 'waiting', 'held');

CREATE FUNCTION no_such_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'TL001',
    MESSAGE = 'the law of run states has no such move',
    DETAIL = OLD.state || ' ' || NEW.state;
END $$;

CREATE TRIGGER law_of_work AFTER UPDATE OF state ON work
FOR EACH ROW WHEN (NOT CASE OLD.state
  WHEN 'ready' THEN NEW.state = 'running'
  WHEN 'running' THEN NEW.state IN ('ready', 'retrying', 'waiting', 'held')
  WHEN 'retrying' THEN NEW.state = 'ready'
  WHEN 'waiting' THEN NEW.state = 'ready'
  WHEN 'held' THEN NEW.state = 'ready'
  ELSE false END)
EXECUTE FUNCTION no_such_move();

CREATE TRIGGER law_of_run AFTER UPDATE OF state ON run
FOR EACH ROW WHEN (NOT CASE OLD.state
  WHEN 'running' THEN
    NEW.state IN ('done', 'retrying', 'waiting', 'held', 'dead', 'cancelled', 'ready')
  WHEN 'ready' THEN NEW.state IN ('running', 'cancelled', 'dead')
  WHEN 'retrying' THEN NEW.state IN ('ready', 'cancelled', 'dead')
  WHEN 'waiting' THEN NEW.state IN ('ready', 'cancelled', 'dead')
  WHEN 'held' THEN NEW.state IN ('ready', 'dead', 'cancelled')
  WHEN 'dead' THEN NEW.state = 'ready'
  ELSE false END)
EXECUTE FUNCTION no_such_move();
