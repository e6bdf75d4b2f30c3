"""Quarantine: deliveries that are kept aside until somebody decides."""
