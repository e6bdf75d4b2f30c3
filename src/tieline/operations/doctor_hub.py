"""Doctor of the hub: what was declared and its secrets come in; what cannot work so goes out.

Nothing is read here but the vault: a start says the same as ``tieline doctor``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tieline.model.hub.flow import HubSpec, WebhookSource
from tieline.model.inbound.signature import Ed25519Scheme
from tieline.operations.finding import Finding, Level
from tieline.ports.vault import Vault
from tieline.rules.inbound.signature_key import unfit
from tieline.rules.privacy.secret_text import lines_with_secrets
from tieline.rules.runs.topics import unheard

if TYPE_CHECKING:
    from tieline.model.base.secret import Secret

PUBLIC_URL = 'set public_url = "https://…" in tieline.toml, as senders reach this hub'


@dataclass(frozen=True, slots=True)
class DoctorHub:
    """A hub with what it has around it where it runs."""

    hub: HubSpec
    vault: Vault
    public_url: str | None = None
    """How senders reach the door, as the settings say."""
    files: tuple[tuple[str, str], ...] = ()
    """Names and texts of the files that the hub is made of."""


def of_hub(at: DoctorHub) -> Iterator[Finding]:
    """All that can be said before anything comes in."""
    yield from _of_flows(at.hub)
    yield from _of_topics(at.hub)
    yield from _of_credentials(at)
    for door in at.hub.webhooks().values():
        yield from _of_door(at, door)
    yield from _of_shared_secrets(at)
    yield from _of_files(at)


def _of_flows(hub: HubSpec) -> Iterator[Finding]:
    """Flows that are not there, though somebody may think so."""
    if not hub.flows:
        advice = "declare one by @hub.flow(on=…), or import the modules that do"
        yield Finding(Level.WARNING, f"the hub {hub.name} has no flows: nothing happens", advice)
    for file in hub.left_out:
        advice = "import it where the hub is declared, or run another hub"
        yield Finding(Level.WARNING, f"{file} declares flows and was not imported", advice)


def _of_topics(hub: HubSpec) -> Iterator[Finding]:
    for flow, type_ in unheard(hub.flows.values()):
        yield Finding(
            Level.WARNING,
            f"flow {flow} emits {type_!r}, and no flow takes it",
            f"fix the name, declare a flow on hub.topic({type_!r}), or say optional=True there",
        )


def _of_credentials(at: DoctorHub) -> Iterator[Finding]:
    for spec in at.hub.connections.values():
        if spec.credential is not None and not at.vault.secrets(spec.credential):
            yield Finding(
                Level.ERROR,
                f"connection {spec.name}: the vault has no secret {spec.credential!r}",
                f"put it into {at.vault.place_of(spec.credential)}; until then its calls wait",
            )


def _of_door(at: DoctorHub, door: WebhookSource) -> Iterator[Finding]:
    vault = at.vault
    if door.unverified:
        yield Finding(
            Level.WARNING,
            f"source {door.name} takes deliveries that nobody signed (unverified=True)",
            "choose a signed source, or keep the door off the internet",
        )
        return
    names = at.hub.secrets_of(door)
    if not any(vault.secrets(name) for name in names):
        yield Finding(
            Level.ERROR,
            f"source {door.name}: the vault has no secret {door.signing!r}",
            f"put it into {vault.place_of(door.signing)}; until then every delivery is rejected",
        )
    for name in names:
        for number, secret in enumerate(vault.secrets(name), 1):
            wrong = unfit(door.scheme.schemes, secret)
            if wrong is not None:
                yield Finding(
                    Level.ERROR,
                    f"source {door.name}: secret {number} of {name!r} cannot be used: {wrong}",
                    f"fix it in {vault.place_of(name)}; until then it lets nothing in",
                )
    if door.scheme.covers_url and at.public_url is None:
        yield Finding(
            Level.WARNING,
            f"source {door.name}: its sender signs the URL, and public_url is not set: behind a "
            "proxy no signature will fit",
            PUBLIC_URL,
        )


def _of_shared_secrets(at: DoctorHub) -> Iterator[Finding]:
    """A secret under two names: who has it for one may speak for the other."""
    known: dict[Secret, tuple[str, str]] = {}
    for connection, name in _named_secrets(at.hub):
        for secret in at.vault.secrets(name):
            other, other_name = known.setdefault(secret, (connection, name))
            if other != connection and other_name != name:
                yield Finding(
                    Level.WARNING,
                    f"connections {other} and {connection} have one secret, as {other_name!r} and "
                    f"{name!r}: who has it for one can speak for the other",
                    f"give {connection} its own, in {at.vault.place_of(name)}",
                )


def _named_secrets(hub: HubSpec) -> Iterator[tuple[str, str]]:
    """(connection, name in the vault): those that are used; a vendor's public key is none."""
    signed = {
        door.signing
        for door in hub.webhooks().values()
        if not door.unverified
        and not all(isinstance(one, Ed25519Scheme) for one in door.scheme.schemes)
    }
    for spec in hub.connections.values():
        names = (spec.credential, spec.signing if spec.signing in signed else None)
        yield from ((spec.name, name) for name in dict.fromkeys(names) if name is not None)


def _of_files(at: DoctorHub) -> Iterator[Finding]:
    for name, text in at.files:
        for line in lines_with_secrets(text):
            yield Finding(
                Level.WARNING,
                f"{name}, line {line}: a literal that looks like a key",
                "put it into the vault, name it with credential= or signing=, and have the vendor "
                "make another: who reads the file has this one",
            )
