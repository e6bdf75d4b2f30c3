"""Body: how the body of a delivery is read, and how much of it at most."""

from dataclasses import dataclass
from enum import StrEnum

MEBIBYTE = 1024 * 1024


class BodyForm(StrEnum):
    """How the body of a delivery is read: the source decides it, never the request's headers."""

    JSON = "json"
    FORM = "form"
    """An HTML form: names and values become a document of texts; a repeated name has a list."""
    FORM_PAYLOAD = "form-payload"
    """An HTML form whose one field ``payload`` holds the JSON document."""
    MULTIPART = "multipart"
    """An HTML form with files: like FORM, and a file is an object with ``filename``, ``type`` and
    ``base64``."""
    XML = "xml"
    """The root element becomes an object with one member; what becomes of an element stands in
    ``rules/formats/xml_text.py``. A document type is refused, and all entities with it."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How much the body of a delivery may hold at most."""

    bytes: int = MEBIBYTE
    """Also when it is unpacked."""
    keys: int = 10_000
    """Members of all objects together; fields of a form; elements and attributes of XML."""
    depth: int = 64


DEFAULT_BODY_LIMITS = BodyLimits()
MOST_DEPTH = 200
"""What every reader of the house gets through."""
