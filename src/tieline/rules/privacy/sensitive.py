"""Sensitive: a payload and the names of its sensitive fields come in; their values go out, and any
text without them.

Failures quote what they failed on: an author's exception, a vendor's message. What a contract marks
sensitive must not get into a log or the store that way.
"""

from collections.abc import Iterator
from collections.abc import Set as AnySet

from tieline.model.base.payload import Json
from tieline.rules.privacy.redact import REDACTED, text_forms

SHORTEST = 3
"""A shorter value turns up everywhere, and hiding it would say nothing."""
MOST_VALUES = 500
_DEEPEST = 100


def values_of(document: Json, names: AnySet[str]) -> tuple[str, ...]:
    """The texts and numbers in fields of these *names* (in any case), at any depth."""
    if not names:
        return ()
    wanted = frozenset(name.casefold() for name in names)
    found: dict[str, None] = {}
    for value in _values(document, wanted, 0, hidden=False):
        if len(value) >= SHORTEST:
            found[value] = None
        if len(found) >= MOST_VALUES:
            break
    return tuple(found)


def without(text: str, values: tuple[str, ...]) -> str:
    """*text* with every one of *values* replaced, in the forms in which texts quote them."""
    return without_forms(text, forms_of(values))


def forms_of(values: tuple[str, ...]) -> tuple[str, ...]:
    """Every form in which a text may quote one of *values*, the longest first.

    Authors write names and addresses in lower case before they use them.
    """
    cases = {case for value in values for case in (value, value.lower())}
    forms = {form for case in cases for form in text_forms(case)}
    return tuple(sorted(forms, key=lambda one: (-len(one), one)))


def without_forms(text: str, forms: tuple[str, ...]) -> str:
    """*text* with every one of *forms*, as ``forms_of`` makes them, replaced."""
    for form in forms:
        if form in text:
            text = text.replace(form, REDACTED)
    return text


def _values(node: Json, names: frozenset[str], depth: int, *, hidden: bool) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(value, names, depth + 1, hidden=hidden or key.casefold() in names)
    elif isinstance(node, list):
        for item in node:
            yield from _values(item, names, depth + 1, hidden=hidden)
    elif hidden and node is not None and not isinstance(node, bool):
        yield str(node)
