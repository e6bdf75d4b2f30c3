-- Whom the code named when a process last started.
SELECT name FROM tenant WHERE declared_us IS NOT NULL
