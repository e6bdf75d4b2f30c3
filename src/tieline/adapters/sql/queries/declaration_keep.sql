-- A declaration is at work: known since it first was.
-- takes: digest text, hub text, code text, parts text, now_us bigint
INSERT INTO declaration (digest, hub, code, parts, first_us, latest_us)
VALUES (:digest, :hub, :code, :parts, :now_us, :now_us)
ON CONFLICT (digest) DO UPDATE SET latest_us = excluded.latest_us
