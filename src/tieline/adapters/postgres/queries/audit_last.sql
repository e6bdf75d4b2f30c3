-- The hash that the next audit line continues. The lock makes lines one after the other, whoever
-- writes them: two that continued the same line would look like a line that was removed.
LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE;
SELECT hash FROM audit ORDER BY seq DESC LIMIT 1;
