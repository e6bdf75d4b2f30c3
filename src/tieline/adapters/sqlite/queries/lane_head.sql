-- The head of one lane.
SELECT head FROM lane WHERE tenant = :tenant AND flow = :flow AND key = :key
