-- A replay goes on from its cursor; nothing moves once it has ended or somebody else has moved it.
-- takes: cursor text, admitted bigint, state text, at_us bigint, id text, after text
UPDATE replay SET cursor = :cursor, admitted = admitted + :admitted, state = :state,
                  moved_us = :at_us
WHERE id = :id AND state = 'running' AND cursor = :after
