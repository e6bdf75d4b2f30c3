-- Whether this process may change parts now, until its transaction ends; whether one is there.
-- takes: part text
SELECT pg_try_advisory_xact_lock(x'7469656C70617274'::bigint), to_regclass(:part) IS NOT NULL
