-- The edited run takes the dead run's place at the head.
UPDATE lane SET head = :to WHERE tenant = :tenant AND flow = :flow AND key = :key AND head = :head
