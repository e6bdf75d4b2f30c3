-- A join whose left side is looked at first, whatever the planner thinks: it is small by its LIMIT.
JOIN
