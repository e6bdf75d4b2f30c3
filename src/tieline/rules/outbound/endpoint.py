"""Endpoint: the path of a call comes in; its shape goes out, of which a system has only so many.

Telemetry counts and groups by it: a path with ids in it is another one for every record.
"""

import re

VARIABLE = "{}"
MOST_SEGMENTS = 12
LONGEST_SEGMENT = 40
_WORD = re.compile(r"[A-Za-z][A-Za-z_.:~-]*|v\d{1,2}|\{\w+\}|")


def endpoint_of(path: str) -> str:
    """*path* without its query; what is no word, version or placeholder becomes ``{}``.

    Digits, ``%``, ``@`` and whatever else a value may have make a segment variable.
    """
    segments = path.partition("?")[0].split("/")
    shape = [_shape(segment) for segment in segments[:MOST_SEGMENTS]]
    return "/".join(shape if len(segments) <= MOST_SEGMENTS else [*shape, "…"])


def _shape(segment: str) -> str:
    is_word = len(segment) <= LONGEST_SEGMENT and _WORD.fullmatch(segment) is not None
    return segment if is_word else VARIABLE
