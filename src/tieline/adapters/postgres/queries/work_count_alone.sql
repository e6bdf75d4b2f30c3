-- One worker after the other takes runs while it counts how many of a tenant are at work.
SELECT pg_advisory_xact_lock(hashtext('tieline claim of ' || current_schema()))::text
