-- What a process says of itself with each beat: its clock, its patience, and that it ended by itself.
-- A process of an older release says nothing of its clock, and is waited for as long as is usual.

ALTER TABLE worker
  ADD COLUMN ahead_us   bigint,
  ADD COLUMN silent_us  bigint NOT NULL DEFAULT 30000000,
  ADD COLUMN stopped_us bigint;
