-- Look at every page; answers one row, ok, or up to twenty faults.
PRAGMA quick_check(20)
