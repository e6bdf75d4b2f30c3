"""What authors of integrations write with: declarations that become data."""
