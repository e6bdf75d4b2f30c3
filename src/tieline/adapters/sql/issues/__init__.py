"""Issues are decided and read."""
