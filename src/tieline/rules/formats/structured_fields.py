"""Structured fields: a header's text comes in; the item, list or dictionary of RFC 9651 goes out.

Strict, as the RFC asks: any deviation refuses the whole field with ValueError. Parsing is by one
regular expression per bare type at a position, so the cost is linear in the text.
"""

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import unquote_to_bytes

LONGEST_FIELD = 8192


class Token(str):
    """A bare word, as opposed to a quoted string."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class EncodedText:
    """Text outside ASCII, sent percent-encoded."""

    text: str


@dataclass(frozen=True, slots=True)
class Date:
    """A moment in seconds since 1970 UTC."""

    seconds: int


Bare = int | Decimal | str | Token | bytes | bool | EncodedText | Date
Params = dict[str, Bare]


@dataclass(frozen=True, slots=True)
class Item:
    """A bare value and its parameters."""

    value: Bare
    params: Params


@dataclass(frozen=True, slots=True)
class InnerList:
    """Items in parentheses, and the parameters of the list itself."""

    items: tuple[Item, ...]
    params: Params


Member = Item | InnerList

_SPACES = re.compile(r" *")
_OWS = re.compile(r"[ \t]*")
_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*", re.ASCII)
_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*")
_BINARY = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_BOOLEAN = re.compile(r"\?([01])")
_DATE = re.compile(r"@(-?[0-9]{1,15})(?![0-9.])", re.ASCII)
_DISPLAY = re.compile(r'%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"')
_ESCAPED = re.compile(r"\\(.)")


def parse_item(text: str) -> Item:
    """One item. Raises ValueError if *text* is not exactly that."""
    text = _bounded(text)
    item, at = _item(text, 0)
    if at != len(text):
        raise _refused(at)
    return item


def parse_list(text: str) -> list[Member]:
    """The members of a list; an empty text is an empty list. Raises ValueError."""
    text = _bounded(text)
    members: list[Member] = []
    at = 0
    while at < len(text):
        member, at = _member(text, at)
        members.append(member)
        at = _next_member(text, at)
    return members


def parse_dictionary(text: str) -> dict[str, Member]:
    """The members of a dictionary; of a repeated key the last one counts. Raises ValueError."""
    text = _bounded(text)
    members: dict[str, Member] = {}
    at = 0
    while at < len(text):
        key, at = _key(text, at)
        if text.startswith("=", at):
            members[key], at = _member(text, at + 1)
        else:
            params, at = _params(text, at)
            members[key] = Item(value=True, params=params)
        at = _next_member(text, at)
    return members


def _bounded(text: str) -> str:
    if len(text) > LONGEST_FIELD:
        raise ValueError(f"a structured field of {len(text)} characters; at most {LONGEST_FIELD}")
    return text.strip(" ")


def _refused(at: int) -> ValueError:
    return ValueError(f"not a structured field at character {at}")


def _next_member(text: str, at: int) -> int:
    """The start of the member after the comma at *at*, or the end of the text."""
    at = _skip(_OWS, text, at)
    if at == len(text):
        return at
    if text[at] != ",":
        raise _refused(at)
    at = _skip(_OWS, text, at + 1)
    if at == len(text):
        raise _refused(at)
    return at


def _skip(blank: re.Pattern[str], text: str, at: int) -> int:
    match = blank.match(text, at)
    return match.end() if match else at


def _member(text: str, at: int) -> tuple[Member, int]:
    return _inner_list(text, at + 1) if text.startswith("(", at) else _item(text, at)


def _inner_list(text: str, at: int) -> tuple[InnerList, int]:
    items: list[Item] = []
    while True:
        at = _skip(_SPACES, text, at)
        if text.startswith(")", at):
            params, at = _params(text, at + 1)
            return InnerList(tuple(items), params), at
        item, at = _item(text, at)
        items.append(item)
        if text[at : at + 1] not in {" ", ")"}:
            raise _refused(at)


def _item(text: str, at: int) -> tuple[Item, int]:
    value, at = _bare(text, at)
    params, at = _params(text, at)
    return Item(value, params), at


def _params(text: str, at: int) -> tuple[Params, int]:
    params: Params = {}
    while text.startswith(";", at):
        key, at = _key(text, _skip(_SPACES, text, at + 1))
        params[key] = True
        if text.startswith("=", at):
            params[key], at = _bare(text, at + 1)
    return params, at


def _key(text: str, at: int) -> tuple[str, int]:
    match = _KEY.match(text, at)
    if match is None:
        raise _refused(at)
    return match.group(), match.end()


def _bare(text: str, at: int) -> tuple[Bare, int]:
    for form, read in _FORMS:
        match = form.match(text, at)
        if match is not None:
            return read(match), match.end()
    raise _refused(at)


def _number(match: re.Match[str]) -> int | Decimal:
    whole, fraction = match.groups()
    if len(whole) > (15 if fraction is None else 12) or len(fraction or "") > 3:
        raise _refused(match.start())
    return int(match.group()) if fraction is None else Decimal(match.group())


def _binary(match: re.Match[str]) -> bytes:
    digits = match[1].rstrip("=")
    try:
        return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        raise _refused(match.start()) from None


def _display_text(match: re.Match[str]) -> EncodedText:
    try:
        return EncodedText(unquote_to_bytes(match[1]).decode())
    except UnicodeDecodeError:
        raise _refused(match.start()) from None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Bare]], ...] = (
    (_NUMBER, _number),
    (_STRING, lambda match: _ESCAPED.sub(r"\1", match[1])),
    (_TOKEN, lambda match: Token(match.group())),
    (_BINARY, _binary),
    (_BOOLEAN, lambda match: match[1] == "1"),
    (_DATE, lambda match: Date(int(match[1]))),
    (_DISPLAY, _display_text),
)
