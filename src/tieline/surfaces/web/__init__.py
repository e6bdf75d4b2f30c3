"""Web: one server inside the hub's loop for people's pages, the JSON API, metrics and health."""
