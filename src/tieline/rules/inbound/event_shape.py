"""Event shape: a shape, headers and a parsed body come in; the facts of each event go out."""

from collections.abc import Sequence

from tieline.model.base.headers import Named
from tieline.model.inbound.signature import EventFacts, EventShape
from tieline.rules.formats.json_path import Steps, follow, steps_of


class EventReader:
    """Reads the events of one vendor; what is known of their shape is worked out once."""

    def __init__(self, shape: EventShape) -> None:
        self._events = None if shape.events_path is None else steps_of(shape.events_path)
        self._type = _steps_of_all(shape.type_path)
        self._type_header = _lowered(shape.type_header)
        self._id = _steps_of_all(shape.id_path)
        self._id_header = _lowered(shape.id_header)
        self._data = steps_of(shape.data_path)

    def split(self, document: object) -> Sequence[object]:
        """The events in one delivery: the document itself, or the members of its list."""
        if self._events is None:
            return (document,)
        events = follow(document, self._events)
        return events if isinstance(events, list) else ()

    def read(self, headers: Named, document: object) -> EventFacts:
        """Type, id and data of one event; None for what is missing or neither text nor number."""
        type_ = _at(document, self._type, ".") or _header(headers, self._type_header)
        data = follow(document, self._data)
        if (id_ := _at(document, self._id, ":")) is not None:
            return EventFacts(type_, id_, data)
        id_ = _header(headers, self._id_header)
        return EventFacts(type_, id_, data, id_is_in_header=id_ is not None)


def _steps_of_all(path: str | tuple[str, ...]) -> tuple[Steps, ...]:
    paths = (path,) if isinstance(path, str) else path
    return tuple(steps_of(one) for one in paths)


def _lowered(name: str | None) -> str | None:
    return None if name is None else name.lower()


def _at(document: object, paths: tuple[Steps, ...], glue: str) -> str | None:
    if not paths:
        return None
    if len(paths) == 1:
        return _text(follow(document, paths[0]))
    texts = [_text(follow(document, one)) for one in paths]
    # Half an identity would make different events the same one.
    return None if None in texts else glue.join(text for text in texts if text)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _header(headers: Named, name: str | None) -> str | None:
    """The first value that is not empty."""
    if name is None:
        return None
    return headers.first(name) or next(filter(None, headers.every(name)), None)
