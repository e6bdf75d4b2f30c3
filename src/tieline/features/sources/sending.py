"""Sending: what shall have happened goes to the running hub's door, signed as its vendor would."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import orjson
import typer

from tieline.model.base.errors import CommandRefused, NotFound, SettingsError
from tieline.model.base.headers import Headers
from tieline.model.base.secret import Secret
from tieline.model.hub.flow import WebhookSource
from tieline.model.hub.tenant_rule import labelled
from tieline.rules.inbound.made_delivery import MadeEvent, body_of, made
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.payload import json_of
from tieline.surfaces.cli.session import CliSession

PATIENCE_S = 30.0
REFUSED = 400

To = Annotated[
    str | None,
    typer.Option("--to", help="The door's address, if not that of the settings."),
]
ForTenant = Annotated[
    str | None, typer.Option("--tenant", help="Of a source whose path says whose it is.")
]


@dataclass(frozen=True, slots=True)
class SentDelivery:
    """A delivery, and what the hub answered."""

    source: str
    id: str
    status: int
    answer: str
    event_id: str | None


def send(  # noqa: PLR0913 - what one delivery is made of
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="The webhook source: its connection's name.")],
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="What happened: order.placed.")],
    *,
    data: Annotated[str, typer.Option(help="The event's data as JSON, or @FILE with it.")] = "{}",
    id_: Annotated[
        str | None,
        typer.Option("--id", help="The provider's id; the same twice is a repeat."),
    ] = None,
    tenant: ForTenant = None,
    to: To = None,
) -> None:
    """Send one delivery to the running hub's own door, signed as the source's vendor would."""
    session = o.session_of(context)
    line = {"source": source, "type": type_, "data": json_of(data, "--data"), "id": id_}
    _tell(session, _Sender(session, to).send(line, tenant))


def listen(
    context: typer.Context,
    *,
    from_: Annotated[
        Path, typer.Option("--from", help="Recorded deliveries, one JSON object a line.")
    ],
    tenant: ForTenant = None,
    to: To = None,
) -> None:
    """Have recorded deliveries arrive at the running hub, in their order, signed anew.

    A line has source, type and data (and id), or source and body (and headers) as they came.
    """
    session = o.session_of(context)
    sender = _Sender(session, to)
    for line in _lines(from_):
        _tell(session, sender.send(line, tenant))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        texts = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingsError("--from", str(file), f"it cannot be read: {error.strerror}") from None
    for number, text in enumerate(texts, 1):
        if text.strip():
            line = json_of(text, f"line {number} of {file}")
            if not isinstance(line, dict) or "source" not in line:
                raise SettingsError(f"line {number}", text[:80], 'use {"source": …, "type": …, …}')
            yield line


class _Sender:
    """Sends to one door."""

    def __init__(self, session: CliSession, to: str | None) -> None:
        self._target = session.target()
        self._doors = session.load_hub().webhooks()
        here, known = session.build.door(session.overrides)
        self._here = (to or here).rstrip("/")
        self._known = self._here if to is not None and known == here else known

    def send(self, line: dict[str, Any], tenant: str | None) -> SentDelivery:
        """One delivery, and its answer. Raises NotFound, CommandRefused."""
        door = self._door(str(line["source"]))
        id_ = str(line.get("id") or self._target.ids.trace())
        now = datetime.fromtimestamp(self._target.clock.now_us() / 1e6, UTC)
        path = f"/in/{door.name}" + (f"/{tenant}" if tenant else "")
        content = self._content(door, line, id_, now)
        secrets = self._secrets(door, tenant)
        if not secrets and not door.unverified:
            raise SettingsError(f"secret {door.signing}", "", "give the hub and this command one")
        headers = made(door.scheme, self._known + path, content, secrets, now)
        status, answer = _post(self._here, path, content[0], headers)
        return SentDelivery(door.name, id_, status, answer, _event_id(answer))

    def _secrets(self, door: WebhookSource, tenant: str | None) -> tuple[Secret, ...]:
        """The tenant's own, where it has some: the door judges by no others then."""
        vault = self._target.vault
        own = vault.secrets(labelled(door.signing, tenant)) if tenant else ()
        return own or vault.secrets(door.signing)

    def _door(self, name: str) -> WebhookSource:
        door = self._doors.get(name)
        if door is None:
            raise NotFound("webhook source", f"{name} (there is {', '.join(sorted(self._doors))})")
        return door

    def _content(
        self, door: WebhookSource, line: dict[str, Any], id_: str, now: datetime
    ) -> tuple[bytes, Headers]:
        if "body" not in line:
            event = MadeEvent(str(line.get("type", "")), id_, line.get("data", {}))
            return body_of(door.scheme, event, now)
        body = line["body"]
        raw = body.encode() if isinstance(body, str) else orjson.dumps(body)
        given = line.get("headers", [])
        pairs = given.items() if isinstance(given, dict) else given
        return raw, tuple((str(name).lower(), str(text)) for name, text in pairs)


def _post(here: str, path: str, body: bytes, headers: Headers) -> tuple[int, str]:
    at = urlsplit(here)
    kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
    line = kind(at.hostname or "", at.port, timeout=PATIENCE_S)
    try:
        line.request("POST", path, body, dict(headers))
        answer = line.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        words = f"no hub answers at {here} ({error}); start it with tieline serve, or say --to"
        raise CommandRefused(words) from None
    finally:
        line.close()


def _tell(session: CliSession, sent: SentDelivery) -> None:
    if session.paper.is_json:
        session.paper.json(sent)
    else:
        about = f": {sent.event_id}" if sent.event_id else f" {sent.answer}".rstrip()
        session.paper.say(f"{sent.status} from {sent.source}{about}")
        if sent.event_id:
            session.paper.hint(f"what came of it: tieline story {sent.event_id}")
    if sent.status >= REFUSED:
        raise typer.Exit(1)


def _event_id(answer: str) -> str | None:
    try:
        told = orjson.loads(answer)
    except ValueError:
        return None
    found = told.get("event_id") if isinstance(told, dict) else None
    return None if found is None else str(found)
