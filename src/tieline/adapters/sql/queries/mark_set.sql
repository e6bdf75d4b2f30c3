-- A background pass goes on from here the next time.
-- takes: name text, reached text
INSERT INTO mark (name, reached) VALUES (:name, :reached)
ON CONFLICT (name) DO UPDATE SET reached = excluded.reached
