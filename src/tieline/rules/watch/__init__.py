"""Watch: alerts, whom to notify, and how long things took."""
