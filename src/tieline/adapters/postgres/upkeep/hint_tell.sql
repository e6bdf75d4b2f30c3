-- Tell the other processes to look again. A notifying commit takes a lock that all such commits of
-- a server share, so it is a transaction of its own, and does not wait for the disk.
-- takes: payload text
SELECT set_config('synchronous_commit', 'off', true);
SELECT pg_notify('tieline', :payload);
