"""XML text: the bytes of an XML text come in; the same as objects, lists and texts goes out.

``<order id="7"><line>a</line><line>b</line></order>`` is
``{"order": {"@id": "7", "line": ["a", "b"]}}``. An element with nothing but text is that text, an
empty one is null. Any other is an object: attributes are ``@name``, children stand under their
names, one that comes more than once as a list, and text between them under ``#text``. Names keep
their prefixes as they are written; text keeps its characters, but for blanks around it.

The reader is the Expat of the standard library: it is the parser that is looked at the most, and
what makes XML dangerous (entities that unfold, or that fetch files and addresses) is declared in a
document type. That is refused before anything in it is read, as no vendor sends one.
"""

from typing import NoReturn
from xml.parsers import expat

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.payload import Json, PayloadFault
from tieline.model.inbound.body import MOST_DEPTH, BodyLimits

MOST_NESTED = MOST_DEPTH // 2
"""An element may be an object in a list, which are two levels of a document."""
ATTRIBUTE = "@"
TEXT = "#text"


def read_xml(raw: bytes, charset: str | None, limits: BodyLimits) -> Json:
    """The document in *raw*; *charset* None: as it says itself. Raises PayloadRejected."""
    reading = _Reading(limits)
    parser = expat.ParserCreate(charset)
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(raw, True)  # noqa: FBT003 - all there is
    except PayloadRejected:
        raise
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        where = f"line {error.lineno}, character {error.offset}"
        raise PayloadRejected(_fault_of(words), f"{words} at {where}") from None
    except (LookupError, ValueError):  # an encoding that is unknown, or of several bytes
        detail = "the document names an encoding that cannot be read"
        raise PayloadRejected(PayloadFault.ENCODING, detail) from None
    return reading.document


def _refuse_doctype(*_: object) -> NoReturn:
    raise PayloadRejected(PayloadFault.SYNTAX, "it has a document type (DOCTYPE), which is refused")


def _fault_of(words: str) -> PayloadFault:
    return PayloadFault.ENCODING if "encoding" in words else PayloadFault.SYNTAX


class _Reading:
    """What is read of one document so far."""

    def __init__(self, limits: BodyLimits) -> None:
        self._most_keys = limits.keys
        self._deepest = min(limits.depth, MOST_NESTED)
        self._keys = 0
        self._open: list[tuple[dict[str, Json], list[str]]] = [({}, [])]
        """The elements that are open, with what stands in them."""

    @property
    def document(self) -> Json:
        return self._open[0][0]

    def start(self, _: str, attributes: dict[str, str]) -> None:
        self._keys += 1 + len(attributes)
        if self._keys > self._most_keys:
            detail = f"more than {self._most_keys} elements and attributes"
            raise PayloadRejected(PayloadFault.TOO_MANY_KEYS, detail)
        if len(self._open) > self._deepest:
            raise PayloadRejected(PayloadFault.TOO_DEEP, f"nested more than {self._deepest} deep")
        members: dict[str, Json] = {ATTRIBUTE + name: text for name, text in attributes.items()}
        self._open.append((members, []))

    def end(self, name: str) -> None:
        members, texts = self._open.pop()
        text = "".join(texts).strip()
        if members and text:
            members[TEXT] = text
        _add(self._open[-1][0], name, members or text or None)

    def text(self, text: str) -> None:
        self._open[-1][1].append(text)


def _add(members: dict[str, Json], name: str, found: Json) -> None:
    if name not in members:
        members[name] = found
        return
    before = members[name]
    if isinstance(before, list):
        before.append(found)
    else:
        members[name] = [before, found]
