-- The invitation with this hash.
-- takes: hash text
SELECT account, role, is_first, expires_us FROM invite WHERE hash = :hash
