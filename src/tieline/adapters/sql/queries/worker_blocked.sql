-- The loop of a process stands still, as something beside the loop says.
-- takes: id text, words text, flow text, at_us bigint
UPDATE worker SET blocked = :words, blocked_flow = :flow, blocked_us = :at_us WHERE id = :id
