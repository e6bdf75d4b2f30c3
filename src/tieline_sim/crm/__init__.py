"""Simulated CRM: contacts by external id, with a visible rate limit."""
