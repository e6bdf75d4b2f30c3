"""The demo: a hub and simulated vendors at work, with faults, and what came of it."""
