-- Since when runs are held: their place among what waits for a person.
WITH given (tenant, run_id, held_us) AS (VALUES {rows})
UPDATE work SET held_us = given.held_us FROM given WHERE work.run_id = given.run_id
