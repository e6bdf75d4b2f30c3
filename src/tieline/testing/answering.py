"""Answering: calls of an engine that a test runs are answered by the test, or sent elsewhere."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from tieline.adapters.http.client import PooledHttpClient
from tieline.model.base.errors import CallFailed, SettingsError
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Call, Egress, HttpAnswer, HttpRequest
from tieline.model.hub.flow import HubSpec
from tieline.testing.plain import Answers, must_have


class AnsweringClient:
    """An HttpClient that knows by its address which connection a request is of."""

    def __init__(
        self, hub: HubSpec, answers: Mapping[str, Answers], base_urls: Mapping[str, str]
    ) -> None:
        """Raises SettingsError for a connection that the hub lacks or that is not told apart."""
        must_have(hub, (*answers, *base_urls))
        self.calls: list[tuple[str, Call]] = []
        self.unanswered: list[str] = []
        """Calls for which the test has neither an answer nor an address."""
        self._answers = answers
        self._base_urls = base_urls
        self._names: dict[str, str] = {}
        for name, connection in hub.connections.items():
            other = self._names.setdefault(connection.base_url.rstrip("/"), name)
            if other != name and {other, name} & {*answers, *base_urls}:
                raise SettingsError(
                    "base_url",
                    connection.base_url,
                    f"{other} and {name} both have it, and calls are told apart by it in a test: "
                    "give one of them another",
                )
        self._real = PooledHttpClient()

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """The test's answer. Raises CallFailed where it has none."""
        name, rest = self._place(request.url)
        call = Call(request.method, rest, request.body, request.headers)
        self.calls.append((name, call))
        if name in self._answers:
            given = self._answers[name](call)
            return await given if inspect.isawaitable(given) else given
        if name in self._base_urls:
            url = self._base_urls[name].rstrip("/") + rest
            egress = Egress((*request.egress.allow, "127.0.0.1"))
            return await self._real.send(replace(request, url=url, egress=egress))
        asked = f"{name} {request.method} {rest.partition('?')[0]}"
        self.unanswered.append(asked)
        raise CallFailed(FailureKind.BLOCKED, Delivered.NO, f"the test does not answer {asked}")

    async def close(self) -> None:
        """Close what was really called."""
        await self._real.close()

    def _place(self, url: str) -> tuple[str, str]:
        """The connection, and what stands behind its address."""
        fitting = [one for one in self._names if url.startswith(one)]
        if not fitting:
            return urlsplit(url).netloc, url
        base_url = max(fitting, key=len)
        return self._names[base_url], url.removeprefix(base_url)
