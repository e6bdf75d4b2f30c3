-- The head of one lane.
-- takes: tenant text, flow text, key text
SELECT head FROM lane WHERE tenant = :tenant AND flow = :flow AND key = :key
