-- How many executions of a run in a row ended with their process: after a few it is held. A release
-- before this one neither counts nor reads them.
ALTER TABLE work ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;

-- What last kept the loop of a process from turning, of which flow, and when that was told.
ALTER TABLE worker ADD COLUMN blocked TEXT;
ALTER TABLE worker ADD COLUMN blocked_flow TEXT;
ALTER TABLE worker ADD COLUMN blocked_us INTEGER;
