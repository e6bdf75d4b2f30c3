-- Take the place of a mark whose COMMIT was lost from sight; says whether the mark was not there.
-- A transaction that is still under way is waited for. The update makes this a commit that waits
-- for a standby as the lost one had to; asked twice, the fence itself is found, and says so.
-- takes: writer uuid, number bigint
INSERT INTO commit_mark (writer, number, is_fence) VALUES (:writer, :number, true)
ON CONFLICT (writer, number) DO UPDATE SET made_at = now()
RETURNING is_fence
