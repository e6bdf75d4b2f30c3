"""Status: how a thing stands, for whom it is about, in the author's words and nothing else."""
