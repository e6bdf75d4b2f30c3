"""Call: one outbound try comes in; it passes its guards, and what it means goes out."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.base.headers import Headers
from tieline.model.base.ids import Micros
from tieline.model.base.secret import Secret
from tieline.model.calls.auth import ApiKey, Auth, Basic, Bearer, NoAuth
from tieline.model.calls.call import Call, Effect, HttpAnswer, HttpRequest
from tieline.model.calls.outcome import (
    CredentialRefused,
    ProviderRefused,
    Succeeded,
    TryAgain,
    Verdict,
)
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.facts import CallTried, ConnectionMoved, PassFailed
from tieline.model.runs.waits import Waits
from tieline.pipeline.answered import told_inside
from tieline.pipeline.hooks import NO_HOOKS, PathHooks
from tieline.pipeline.limits.guard import Guard, Moved, is_failure
from tieline.ports.caller import ProbeEnd
from tieline.ports.clock import Clock
from tieline.ports.guarded import NotNow, Sending, Tried
from tieline.ports.http import HttpClient
from tieline.ports.observer import Observer
from tieline.ports.vault import Vault
from tieline.rules.outbound.breaker import stood_still
from tieline.rules.outbound.endpoint import endpoint_of
from tieline.rules.outbound.outcome import classify, classify_inside
from tieline.rules.privacy.redact_failure import discreet
from tieline.rules.runs.ending import words

MakeGuard = Callable[[ConnectionSpec, asyncio.Event], Guard]
USER_AGENT = ("user-agent", "tieline/0.1")
MICROSECOND = timedelta(microseconds=1)


class Calls:
    """Carries out calls under the outbound policy; knows nothing of runs and what they remember."""

    def __init__(  # noqa: PLR0913 - the ports, and what is done before, around and after a call
        self,
        http: HttpClient,
        vault: Vault,
        clock: Clock,
        observer: Observer,
        make_guard: MakeGuard = Guard,
        hooks: PathHooks = NO_HOOKS,
    ) -> None:
        self._make_guard = make_guard
        self._before, self._after = hooks.before_call, hooks.after_call
        self._http = http
        self._vault = vault
        self._clock = clock
        self._observer = observer
        self._guards: dict[str, Guard] = {}
        self._standing: dict[str, tuple[tuple[Secret, ...], Headers]] = {}
        self.recovered: set[Waits] = set()
        """What waiting runs may be woken for: connections that became usable again."""
        self.has_recovered = asyncio.Event()
        self.has_news = asyncio.Event()
        """Guards have something to tell the store, or to ask of it."""

    def guard(self, connection: ConnectionSpec) -> Guard:
        """The guard of *connection*, made when it is first asked for."""
        guard = self._guards.get(connection.name)
        if guard is None:
            guard = self._make_guard(connection, self.has_news)
            self._guards[connection.name] = guard
        return guard

    @property
    def guards(self) -> Collection[Guard]:
        """The guards of all connections that were asked for."""
        return self._guards.values()

    def troubles(self) -> tuple[str, ...]:
        """What is wrong for this process alone, for people."""
        told = ((guard.connection, guard.trouble) for guard in self._guards.values())
        return tuple(
            f"connection {connection.name}: {trouble} (secret {connection.credential!r})"
            for connection, trouble in told
            if trouble
        )

    def pause(self, connection: ConnectionSpec, reason: str | None) -> None:
        """Hold the calls of *connection* back for *reason*, or let them go (None)."""
        guard = self.guard(connection)
        was_paused, guard.paused = guard.paused is not None, reason
        if was_paused and reason is None:
            self._recovered(guard)

    async def permit(self, connection: ConnectionSpec, *, repeat: bool) -> NotNow | None:
        """None: go. A short wait for the rate limit is spent here, a longer one is the run's."""
        for hook in self._before:  # first of all: a guard that has let it go counts it
            if (no := hook(connection, self._clock.now_us())) is not None:
                return no
        guard = self.guard(connection)
        if guard.waiting == 0:
            no = guard.ask(self._clock.now_us(), repeat=repeat)
            if no is None or not guard.is_pacing:
                return no
        return await self._queue(guard, repeat=repeat)

    async def _queue(self, guard: Guard, *, repeat: bool) -> NotNow | None:
        """First come, first served; only the first in the queue looks at the clock."""
        guard.waiting += 1
        try:
            async with guard.turn:
                return await self._in_turn(guard, repeat=repeat)
        finally:
            guard.waiting -= 1

    async def _in_turn(self, guard: Guard, *, repeat: bool) -> NotNow | None:
        longest_nap_us = int(guard.connection.longest_nap.total_seconds() * 1e6)
        while True:
            now_us = self._clock.now_us()
            no = guard.ask(now_us, repeat=repeat)
            wait_us = 0 if no is None else (no.until_us or 0) - now_us
            if no is None or not guard.is_pacing or wait_us > longest_nap_us:
                return no
            await guard.nap(wait_us / 1e6)

    def let_go(self, connection: ConnectionSpec) -> None:
        """A permitted call is not sent after all."""
        self.guard(connection).let_go()

    async def send(self, connection: ConnectionSpec, call: Call, sending: Sending) -> Tried:
        """One try of a permitted call, and what its end means."""
        guard = self.guard(connection)
        at_us, began_us = self._clock.now_us(), self._clock.monotonic_us()
        secrets = self._secrets(connection)
        try:
            ending = await self._ending(connection, call, sending, secrets)
            took_us = self._clock.monotonic_us() - began_us
            now_us = at_us + took_us
            verdict = _verdict(connection, call, sending, ending, now_us)
            verdict = _discreet(verdict, sending.clean)
        except BaseException:
            guard.let_go()
            raise
        answer = ending if isinstance(ending, HttpAnswer) else None
        status = None if answer is None else answer.status
        tried = Tried(verdict, answer, status, at_us, took_us, secrets)
        try:
            self._learn(connection, call, sending, tried)
        except Exception as error:  # noqa: BLE001 - the answer is there: nothing may lose it
            self._observer.saw(PassFailed(f"calls of {connection.name}", words(error)))
        return tried

    def _learn(
        self, connection: ConnectionSpec, call: Call, sending: Sending, tried: Tried
    ) -> None:
        """What the end of a try tells the guard, the observer and the hooks."""
        guard, verdict = self.guard(connection), tried.verdict
        if isinstance(verdict, CredentialRefused):
            guard.saw_refused(tried.secrets)
        patience = (call.timeouts or connection.timeouts).total
        now_us = tried.at_us + tried.took_us
        if is_failure(verdict) and stood_still(tried.took_us, patience // MICROSECOND):
            guard.let_go()
        elif moved := guard.saw(verdict, tried.answer, started_us=tried.at_us, now_us=now_us):
            self.moved(guard, moved)
        self._observer.saw(
            CallTried(
                connection.name,
                f"{call.method} {endpoint_of(call.named)}",
                None if sending.run is None else sending.run.id,
                sending.number,
                tried.status,
                outcome_of(verdict),
                tried.took_us,
                connection.connector.name,
                tried.at_us,
                getattr(verdict, "reason", None),
                _pause_of(verdict),
                sending.run,
                sending.reference,
                sending.span,
                connection.base_url,
                sending.parent,
            )
        )
        for hook in self._after:
            hook(connection, tried)

    async def probe(self, connection: ConnectionSpec, path: str) -> ProbeEnd:
        """One GET that waits for no guard. Only good news are learned from it: the path may be one
        that needs other rights, and who asks too often must not open a breaker."""
        guard, call = self.guard(connection), Call("GET", path)
        at_us, began_us = self._clock.now_us(), self._clock.monotonic_us()
        sending = Sending(Effect.READ, None, correlation=f"probe-{at_us}", traceparent=None)
        ending = await self._ending(connection, call, sending, self._secrets(connection))
        took_us = self._clock.monotonic_us() - began_us
        now_us = at_us + took_us
        verdict = _verdict(connection, call, sending, ending, now_us)
        status = ending.status if isinstance(ending, HttpAnswer) else None
        if status is not None and not is_failure(verdict):
            moved = guard.saw_life(now_us, is_accepted=isinstance(verdict, Succeeded))
            if moved is not None:
                self.moved(guard, moved)
            self._recovered(guard)
        return ProbeEnd(outcome_of(verdict), status, took_us, getattr(verdict, "reason", None))

    async def _ending(
        self,
        connection: ConnectionSpec,
        call: Call,
        sending: Sending,
        secrets: tuple[Secret, ...],
    ) -> HttpAnswer | CallFailed:
        try:
            standing = self._standing_headers(connection, secrets)
            answer = await self._http.send(_request(connection, call, sending, standing))
        except CallFailed as failed:
            return discreet(failed, secrets)
        return discreet(answer, secrets)

    def _standing_headers(self, connection: ConnectionSpec, secrets: tuple[Secret, ...]) -> Headers:
        """The same with every call, until the vault has other secrets. Raises CallFailed."""
        known = self._standing.get(connection.name)
        if known is None or known[0] is not secrets:
            if connection.credential is not None and not secrets:
                raise _no_secret(connection.credential, self._vault.place_of(connection.credential))
            known = (secrets, _standing(connection, secrets))
            self._standing[connection.name] = known
        return known[1]

    def moved(self, guard: Guard, moved: Moved) -> None:
        """A connection is in another state than before: tell people, and what waits for it."""
        self._observer.saw(ConnectionMoved(guard.connection.name, *moved))
        if guard.state == "closed":
            self._recovered(guard)

    def recheck(self, on: Waits) -> None:
        """A run was stored that waits for *on*, with no time set: it may be free by now."""
        guard = self._guards.get(on.key)
        if guard is not None and guard.on == on and guard.paused is None:
            self._recovered(guard)

    def _recovered(self, guard: Guard) -> None:
        self.recovered.add(guard.on)
        self.has_recovered.set()

    def look_for_new_secrets(self) -> None:
        """What waits for a credential goes on as soon as the vault has another one."""
        for guard in self._guards.values():
            if guard.refused is None or guard.refused == self._secrets(guard.connection):
                continue
            guard.saw_new_secrets(self._clock.now_us())
            self.recovered.add(guard.on)
            self.has_recovered.set()

    def _secrets(self, connection: ConnectionSpec) -> tuple[Secret, ...]:
        if connection.credential is None:
            return ()
        return self._vault.secrets(connection.credential)


def _verdict(
    connection: ConnectionSpec,
    call: Call,
    sending: Sending,
    ending: HttpAnswer | CallFailed,
    now_us: Micros,
) -> Verdict:
    """What the end of a try means; a connector may know better than its status."""
    effect = sending.effect
    if isinstance(ending, HttpAnswer):
        said = told_inside(connection.connector, call, ending)
        if said is not None:
            return classify_inside(said, ending, effect=effect, now_us=now_us)
    is_key_in_use = sending.may_be_made and connection.connector.idempotency_header is not None
    return classify(
        ending,
        method=call.method,
        effect=effect,
        now_us=now_us,
        may_be_in_work=is_key_in_use,
    )


def _no_secret(name: str, place: str) -> CallFailed:
    """The credential is not in the vault: nothing is sent without it."""
    words = f"the vault has no secret named {name!r}; put it into {place}"
    return CallFailed(FailureKind.UNAUTHORISED, Delivered.NO, words)


def _standing(connection: ConnectionSpec, secrets: tuple[Secret, ...]) -> Headers:
    connector = connection.connector
    credentials = authorise(connector.auth, secrets[0]) if secrets else ()
    own = connection.headers
    names = {name for name, _ in own}
    general = [header for header in connector.headers if header[0].lower() not in names]
    return (*general, *own, *credentials, USER_AGENT)


def _request(
    connection: ConnectionSpec, call: Call, sending: Sending, standing: Headers
) -> HttpRequest:
    tracking = _tracking(connection.connector.idempotency_header, sending)
    path = call.path if call.path.startswith("/") else f"/{call.path}"
    if len(call.headers) > 1 or (call.headers and call.headers[0][0] != "content-type"):
        own = {name for name, _ in call.headers}  # what the author says of a call counts there
        standing = tuple([pair for pair in standing if pair[0].lower() not in own])
    return HttpRequest(
        call.method,
        connection.base_url + path,
        (*standing, *call.headers, *tracking),
        call.body,
        call.timeouts or connection.timeouts,
        connection.egress,
        connection.max_answer_bytes,
    )


def authorise(auth: Auth, secret: Secret) -> Headers:
    """The headers that carry *secret*."""
    match auth:
        case NoAuth():
            return ()
        case Bearer():
            return (("authorization", f"Bearer {_text(secret)}"),)
        case Basic(user=user):
            pair = _text(secret) if user is None else f"{user}:{_text(secret)}"
            return (("authorization", "Basic " + b64encode(pair.encode()).decode()),)
        case ApiKey(header=header, prefix=prefix):
            return ((header.lower(), f"{prefix}{_text(secret)}"),)
        case _:
            assert_never(auth)


def _text(secret: Secret) -> str:
    return secret.reveal().decode("latin-1").strip()


def _tracking(idempotency_header: str | None, sending: Sending) -> Headers:
    headers = [("x-correlation-id", sending.correlation)]
    if sending.traceparent is not None:
        headers.append(("traceparent", sending.traceparent))
    if idempotency_header is not None and sending.effect_key is not None:
        headers.append((idempotency_header.lower(), sending.effect_key))
    return tuple(headers)


def _discreet(verdict: Verdict, clean: Callable[[str], str]) -> Verdict:
    """*verdict* in words that may be told: a vendor may quote anything that it was sent."""
    if isinstance(verdict, Succeeded):
        return verdict
    told = clean(verdict.reason)
    return verdict if told == verdict.reason else replace(verdict, reason=told)


def _pause_of(verdict: Verdict) -> int | None:
    """For how long the provider asked to be left alone."""
    if not isinstance(verdict, TryAgain) or verdict.retry_after is None:
        return None
    return verdict.retry_after // MICROSECOND


def outcome_of(verdict: Verdict) -> str:
    """The word for an attempt's end, as it stands in the log."""
    match verdict:
        case Succeeded():
            return "done"
        case TryAgain(kind=kind) | ProviderRefused(kind=kind):
            return kind
        case CredentialRefused():
            return FailureKind.UNAUTHORISED
        case _:
            return "in-doubt"
