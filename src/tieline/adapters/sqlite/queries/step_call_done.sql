-- A person says that the effect happened; '*' stands for whatever the arguments are now.
UPDATE step SET state = 'done', fingerprint = '*',
                result = coalesce(:result, result, CAST('null' AS BLOB))
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key
