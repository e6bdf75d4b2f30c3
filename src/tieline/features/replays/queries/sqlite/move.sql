-- A replay goes on from its cursor; nothing moves once it has ended or somebody else has moved it.
UPDATE replay SET cursor = :cursor, admitted = admitted + :admitted, state = :state,
                  moved_us = :at_us
WHERE id = :id AND state = 'running' AND cursor = :after
