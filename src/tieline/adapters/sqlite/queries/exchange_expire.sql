-- What was sent and answered is forgotten as payloads are; the oldest rows are looked at.
DELETE FROM exchange
WHERE seq IN (SELECT seq FROM exchange ORDER BY seq LIMIT :limit) AND at_us < :before_us
