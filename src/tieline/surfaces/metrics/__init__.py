"""The numbers of a process, where there is no console."""
