"""JSON path: a parsed document and a dotted path come in; what stands there goes out, or None."""


def find(document: object, path: str) -> object:
    """What stands at *path* (``data.items.0.id``); the empty path is the document itself.

    A missing key, a position past the end and a step into a scalar all give None.
    """
    found = document
    for step in path.split(".") if path else ():
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit():
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found
