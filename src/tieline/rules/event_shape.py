"""Event shape: a shape, headers and a parsed body come in; the facts of each event go out."""

from collections.abc import Sequence

from tieline.model.call import Headers
from tieline.model.signature import EventFacts, EventShape
from tieline.rules.json_path import find


def split(shape: EventShape, document: object) -> Sequence[object]:
    """The events in one delivery: the document itself, or the members of its list of events."""
    if shape.events_path is None:
        return (document,)
    events = find(document, shape.events_path)
    return events if isinstance(events, list) else ()


def read(shape: EventShape, headers: Headers, document: object) -> EventFacts:
    """Type, id and data of one event; None for what is missing or neither text nor a number."""
    return EventFacts(
        type=_at(document, shape.type_path, glue=".") or _header(headers, shape.type_header),
        id=_at(document, shape.id_path, glue=":") or _header(headers, shape.id_header),
        data=find(document, shape.data_path),
    )


def _at(document: object, path: str | tuple[str, ...], *, glue: str) -> str | None:
    paths = (path,) if isinstance(path, str) else path
    texts = [_text(find(document, one)) for one in paths]
    # Half an identity would make different events the same one.
    return None if None in texts else glue.join(text for text in texts if text) or None


def _text(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _header(headers: Headers, name: str | None) -> str | None:
    if name is None:
        return None
    wanted = name.lower()
    return next((value for key, value in headers if key == wanted and value), None)
