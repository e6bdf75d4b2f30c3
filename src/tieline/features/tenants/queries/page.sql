-- The names of a page of tenants: those with a row and those with events, in one order, hop by hop;
-- one more than the page has, and none for the events that do not say whose they are.
-- takes: after text, limit bigint
WITH RECURSIVE named (name, place) AS (
  SELECT (SELECT min(next.name) FROM (SELECT min(t.name) AS name FROM tenant AS t
                                      WHERE t.name > :after
                                      UNION ALL
                                      SELECT min(d.tenant) FROM dedupe AS d
                                      WHERE d.tenant > :after) AS next), 1
  UNION ALL
  SELECT (SELECT min(next.name) FROM (SELECT min(t.name) AS name FROM tenant AS t
                                      WHERE t.name > named.name
                                      UNION ALL
                                      SELECT min(d.tenant) FROM dedupe AS d
                                      WHERE d.tenant > named.name) AS next), place + 1
  FROM named WHERE name IS NOT NULL AND place < :limit + 2)
SELECT name FROM named WHERE name IS NOT NULL AND name <> '?' ORDER BY name
