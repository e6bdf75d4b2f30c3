-- Whether the tables may lie on other servers than this one, which then makes plans of its own.
SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')
