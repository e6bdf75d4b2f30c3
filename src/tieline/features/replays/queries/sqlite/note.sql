-- What a bite of a replay has not made; dead runs that were decided meanwhile are not its own.
UPDATE replay SET admitted = admitted - :lost, not_made = :not_made WHERE id = :id
