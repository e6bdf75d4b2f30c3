"""Records: deliveries, events, runs and attempts as they are stored, and how they are found."""
