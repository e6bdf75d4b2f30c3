-- What a process says of itself with each beat: its clock, its patience, and that it ended by itself.
-- A process of an older release says nothing of its clock, and is waited for as long as is usual.

ALTER TABLE worker ADD COLUMN ahead_us INTEGER;
ALTER TABLE worker ADD COLUMN silent_us INTEGER NOT NULL DEFAULT 30000000;
ALTER TABLE worker ADD COLUMN stopped_us INTEGER;
