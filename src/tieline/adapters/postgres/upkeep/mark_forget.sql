-- Marks of connections that ended long ago.
DELETE FROM commit_mark WHERE made_at < now() - interval '1 day'
