"""The outside, one folder a technology; strangers to each other."""
