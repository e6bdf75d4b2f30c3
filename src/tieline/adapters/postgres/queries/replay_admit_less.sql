-- Dead runs that somebody decided about meanwhile are not the replay's.
-- takes: id text, lost bigint
UPDATE replay SET admitted = admitted - :lost WHERE id = :id
