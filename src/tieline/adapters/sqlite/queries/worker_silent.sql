-- Workers that have not been heard of since a time.
SELECT id FROM worker WHERE beat_us < :since_us
