-- A pause that began in what is the future, since the clock was put back, lasts as long as it was to.
-- takes: now_us bigint
UPDATE pause SET until_us = :now_us + (until_us - since_us), since_us = :now_us
WHERE since_us > :now_us AND until_us IS NOT NULL
