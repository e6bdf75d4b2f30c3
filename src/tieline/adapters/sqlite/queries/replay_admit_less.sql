-- Dead runs that somebody decided about meanwhile are not the replay's.
UPDATE replay SET admitted = admitted - :lost WHERE id = :id
