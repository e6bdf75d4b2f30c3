-- What a step was asked for, kept of runs that go on later: a person who is asked about other
-- arguments sees both.
ALTER TABLE step ADD COLUMN arguments bytea;
