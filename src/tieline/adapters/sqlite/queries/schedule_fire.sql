-- Move a schedule on, once for each due time: the second who tries finds another next time.
UPDATE schedule SET next_us = :next_us, last_us = :now_us, missed = missed + :missed
WHERE name = :name AND next_us = :expected_us
