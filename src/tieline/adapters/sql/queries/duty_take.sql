-- Have a duty, unless another process has it: the holder renews it, or gives it away.
-- takes: name text, worker text, until_us bigint, now_us bigint
INSERT INTO duty (name, worker, until_us) VALUES (:name, :worker, :until_us)
ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, until_us = excluded.until_us
WHERE duty.worker = excluded.worker OR duty.until_us <= :now_us
