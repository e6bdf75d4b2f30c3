-- A worker ended by itself, and something is still claimed in its name: that goes to others when it
-- has been silent for long enough.
-- takes: id text, now_us bigint
UPDATE worker SET stopped_us = :now_us WHERE id = :id AND stopped_us IS NULL
