-- How many executions of a run in a row ended with their process: after a few it is held. A release
-- before this one neither counts nor reads them.
ALTER TABLE work ADD COLUMN lost integer NOT NULL DEFAULT 0;
