-- The hold that a person was asked about is asked about no more: its run is executed again.
-- takes: tenant text, run_id text, name text
UPDATE step SET tries = 0
WHERE tenant = :tenant AND run_id = :run_id AND name = :name
  AND state = 'failed' AND effect = 'read' AND tries > 0
