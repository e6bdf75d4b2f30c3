-- Events by what is not indexed, among the latest :look: the sender's own id,
-- how the hash begins that stands for one, or a trace.
-- takes: look bigint, text text, limit bigint
SELECT {event_columns}
FROM (SELECT {event_columns}, e.traceparent
      FROM event AS e ORDER BY id DESC LIMIT :look) AS e
WHERE identity = :text OR substr(traceparent, 4, 32) = :text
  OR (length(:text) >= 8 AND substr(identity, 1, 7 + length(:text)) = 'sha256:' || :text)
ORDER BY id DESC LIMIT :limit
