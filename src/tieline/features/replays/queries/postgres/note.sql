-- What a bite of a replay has not made; dead runs that were decided meanwhile are not its own.
-- takes: not_made text, id text, lost bigint
UPDATE replay SET admitted = admitted - :lost, not_made = :not_made WHERE id = :id
