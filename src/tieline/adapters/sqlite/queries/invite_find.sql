-- The invitation with this hash.
SELECT account, role, is_first, expires_us FROM invite WHERE hash = :hash
