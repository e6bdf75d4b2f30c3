-- What decides whether a commit survives a loss of power.
SELECT current_setting('fsync'), current_setting('synchronous_commit'),
       current_setting('full_page_writes'), current_setting('server_version_num')::bigint
