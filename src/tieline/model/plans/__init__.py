"""Plans: what an order about many things would do, before anybody gives it, and how it ended."""
