"""Console: server-rendered pages for people: see everything, fix anything."""
