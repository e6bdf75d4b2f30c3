-- What of the server's disk everybody may ask for: whether the rest may be asked for, too, where its
-- files are (NULL: that is not for us to know), whether it is on this machine, and how much of the
-- write-ahead log each replication slot keeps. Asking for more than is allowed would end the
-- transaction, and so it does even where the question is not reached: it is a statement of its own.
SELECT has_function_privilege('pg_ls_waldir()', 'execute')
         AND has_function_privilege('pg_ls_tmpdir()', 'execute'),
       (SELECT setting FROM pg_settings WHERE name = 'data_directory'),
       coalesce(inet_server_addr() = inet_client_addr(), true),
       (SELECT coalesce(array_agg(concat(slot_name, CASE WHEN active THEN '' ELSE ', not in use' END)
                                  ORDER BY slot_name), '{}')
        FROM pg_replication_slots),
       (SELECT coalesce(max(pg_wal_lsn_diff(
          CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
          restart_lsn)), 0)::bigint
        FROM pg_replication_slots)
