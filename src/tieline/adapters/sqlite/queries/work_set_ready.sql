-- A held run goes on.
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL WHERE run_id = :run_id
