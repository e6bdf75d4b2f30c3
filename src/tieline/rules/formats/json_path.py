"""JSON path: a parsed document and a dotted path come in; what stands there goes out, or None."""

Steps = tuple[str, ...]
"""A path, taken apart."""


def steps_of(path: str) -> Steps:
    """The steps of *path* (``data.items.0.id``); whoever follows it often keeps them."""
    return tuple(path.split(".")) if path else ()


def find(document: object, path: str) -> object:
    """What stands at *path*; the empty path is the document itself."""
    return follow(document, steps_of(path))


def follow(document: object, steps: Steps) -> object:
    """What stands at the end of *steps*.

    A missing key, a position past the end and a step into a scalar all give None.
    """
    found = document
    for step in steps:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit():
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found
