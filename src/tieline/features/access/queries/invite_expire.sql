-- Clear away invitations that nobody can accept any more, a bite of them.
-- takes: now_us bigint, limit bigint
DELETE FROM invite WHERE hash IN (SELECT hash FROM invite WHERE expires_us <= :now_us LIMIT :limit)
