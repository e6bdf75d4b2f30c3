"""Mistake: the one error of the simulators, for a control request or option that cannot be used."""


class Mistake(Exception):
    """A control request or start option is wrong; the text says what would do."""
