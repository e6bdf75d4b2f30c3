-- Whether a run is left of events in a range of ids.
-- takes: first text, end text
SELECT EXISTS (SELECT 1 FROM run WHERE event_id >= :first AND event_id < :end)
