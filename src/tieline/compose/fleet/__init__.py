"""Fleet: several processes of one hub on one machine, kept at work by a supervisor."""
