"""Plans: what a plan counts, what has changed since it was made, and whether it was kept."""
