-- Take an idempotency key, unless somebody has it.
INSERT INTO kept_answer (actor, key, fingerprint, at_us)
VALUES (:actor, :key, :fingerprint, :at_us)
ON CONFLICT (actor, key) DO NOTHING
