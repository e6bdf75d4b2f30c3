-- Add counts to those of the same minute or hour.
INSERT INTO tally (kind, name, step_us, at_us, word, number)
VALUES {rows}
ON CONFLICT (kind, name, step_us, at_us, word) DO UPDATE
SET number = CASE WHEN tally.word LIKE 'most-%' THEN max(tally.number, excluded.number)
                  ELSE tally.number + excluded.number END
