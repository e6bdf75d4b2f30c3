-- The edited run takes the dead run's place at the head.
-- takes: to text, tenant text, flow text, key text, head text
UPDATE lane SET head = :to WHERE tenant = :tenant AND flow = :flow AND key = :key AND head = :head
