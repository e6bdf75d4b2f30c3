-- Add counts to those of the same minute or hour.
-- rows: kind text, name text, step_us bigint, at_us bigint, word text, number bigint
INSERT INTO tally (kind, name, step_us, at_us, word, number)
SELECT given.* FROM {rows}
ON CONFLICT (kind, name, step_us, at_us, word) DO UPDATE
SET number = CASE WHEN tally.word LIKE 'most-%' THEN greatest(tally.number, excluded.number)
                  ELSE tally.number + excluded.number END
