"""Store: names, days, clocks and copies of a store."""
