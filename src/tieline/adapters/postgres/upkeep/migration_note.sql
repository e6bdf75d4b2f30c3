-- Note a migration that was applied.
-- takes: number bigint, name text, digest text
INSERT INTO migration (number, name, digest) VALUES (:number, :name, :digest)
