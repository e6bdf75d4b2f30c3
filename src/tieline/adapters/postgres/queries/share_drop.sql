-- Forget workers that hold nothing of a connection any more.
-- rows: tenant text, connection text, worker text
DELETE FROM share USING {rows}
WHERE share.tenant = given.tenant AND share.connection = given.connection
  AND share.worker = given.worker
