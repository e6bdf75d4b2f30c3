-- A schedule may be paused by a person, and be asked for a firing now. A release that does not know
-- these columns goes on firing a paused one, and leaves what is asked for to a process that knows.

ALTER TABLE schedule ADD COLUMN paused_us bigint;
ALTER TABLE schedule ADD COLUMN paused_by text;
ALTER TABLE schedule ADD COLUMN paused_reason text;
ALTER TABLE schedule ADD COLUMN asked_us bigint;
ALTER TABLE schedule ADD COLUMN asked_by text;
