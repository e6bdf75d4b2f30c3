"""Simulated form or marketing source: captured leads in the Standard Webhooks format."""
