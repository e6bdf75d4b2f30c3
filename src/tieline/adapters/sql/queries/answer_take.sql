-- Take an idempotency key, unless somebody has it.
-- takes: actor text, key text, fingerprint text, at_us bigint
INSERT INTO kept_answer (actor, key, fingerprint, at_us)
VALUES (:actor, :key, :fingerprint, :at_us)
ON CONFLICT (actor, key) DO NOTHING
