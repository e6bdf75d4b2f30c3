"""Attempts: a delivery and how it is meant come in; headers and body of one POST go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tieline_sim.deliveries import Delivery, Tone
from tieline_sim.events import Event, Sealing, Voice
from tieline_sim.faults import Fault
from tieline_sim.messages import Headers
from tieline_sim.mistake import Mistake

# decodes as base64 too, so that every scheme can sign wrongly with it
WRONG_SECRETS = ("whsec_Zm9yZ2VkZm9yZ2VkZm9yZ2Vk",)


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How stubborn and how parallel a sender is."""

    max_attempts: int = 12
    first_wait_seconds: float = 0.1
    longest_wait_seconds: float = 5.0
    factor: float = 2.0
    timeout_seconds: float = 10.0
    concurrency: int = 32
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def wait_seconds(self, attempts: int) -> float:
        """How long to wait after so many failed attempts."""
        wait = self.first_wait_seconds * self.factor ** min(attempts - 1, 64)
        return min(self.longest_wait_seconds, wait)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the webhooks go and what signs them; without secrets they go unsigned."""

    url: str
    secrets: tuple[str, ...]
    options: SendOptions


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST to be made."""

    event: Event
    delivery: Delivery
    tone: Tone = Tone.GENUINE
    fault: Fault | None = None


def read_target(given: Mapping[str, Any], usual_secret: str) -> Target:
    """Check the JSON of ``POST /_control/target``."""
    secret = given.get("secret", usual_secret)
    secrets = secret if isinstance(secret, list) else [secret] if secret else []
    wanted = given.get("options") or {}
    known = SendOptions.__dataclass_fields__
    for name in wanted:
        if name not in known:
            raise Mistake(f"options has {name!r}; it may have {', '.join(known)}")
    return Target(str(given.get("url", "")), tuple(map(str, secrets)), SendOptions(**wanted))


def seal(attempt: Attempt, target: Target, voice: Voice, now_s: int) -> tuple[Headers, bytes]:
    """Headers and body of an attempt: well signed unless its fault says otherwise."""
    event, fault = attempt.event, attempt.fault
    body, secrets, at_s = event.body, target.secrets, now_s
    if fault is not None:
        match fault.params.get("mode", "stale"):
            case "stale":
                at_s -= int(fault.params["age_seconds"])
            case "wrong_secret":
                secrets = WRONG_SECRETS
            case "missing":
                secrets = ()
            case _:  # tampered: signed as it was, changed on the way
                body = event.body.rstrip() + b" "
    signatures: Headers = ()
    if secrets:
        signatures = voice.signed(Sealing(event.id, event.body, secrets, at_s))
    labels = voice.labels(event, attempt.delivery.attempts)
    return (*target.options.headers.items(), *labels, *signatures), body
