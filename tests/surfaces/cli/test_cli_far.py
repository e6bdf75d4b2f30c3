"""The command line and a hub elsewhere: over its API, it says and does what it does here."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import StoreHouse
from tests.surfaces.cli.conftest import Said, Shop
from tests.surfaces.web.site import Site, open_site

from tieline.adapters.remote.client import RemoteAddress, RemoteHub
from tieline.compose.features import ORDERS, QUESTIONS
from tieline.model.base.errors import SettingsError
from tieline.model.people.role import Role

PATIENCE_S = 60.0


class Elsewhere:
    """The store of a shop, served by the web application on a thread of its own."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._up, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.url = ""
        self.tokens: dict[str, str] = {}

    def __enter__(self) -> "Elsewhere":
        self._thread.start()
        assert self._up.wait(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)

    async def _serve(self) -> None:
        house = StoreHouse(self._shop.path)
        house.clock.at_us = self._shop.build.house.clock.at_us
        house.ids.made = 100
        async with open_site(house) as site:
            for role in Role:
                self.tokens[role] = await _token(site, role)
            self.url = f"http://127.0.0.1:{site.client.port}"
            self._up.set()
            await asyncio.to_thread(self._stop.wait)
        await house.close()

    def tieline(self, *words: str, role: str = "admin") -> Said:
        """The same command line, over the API."""
        return self._shop.tieline("--url", self.url, "--token", self.tokens[role], *words)


async def _token(site: Site, role: Role) -> str:
    header = await site.token_of(role)
    return header["authorization"].removeprefix("Bearer ")


@pytest.fixture
def there(shop: Shop) -> Iterator[Elsewhere]:
    with Elsewhere(shop) as elsewhere:
        yield elsewhere


LOOKS = (
    "runs list", "runs show {done}", "runs show {dead}", "runs show {held}", "deliveries list",
    "deliveries show {receipt}", "events list --limit 2", "events show {paid}", "dead list",
    "held list", "flows list", "flows show post_invoice", "connections list",
    "connections show books", "schedules list", "schedules show nightly", "workers list",
    "replay list", "replay plan --type invoice.paid", "story {done}", "user list", "token list",
    "audit list", "audit verify", "alerts", "issues list", "issues list --state resolved",
    "sources list", "inbox", "account", "account --list lost",
    "inbox --kind outcome-unknown", "inbox --owner finance-ops",
    "inbox --flow post_invoice --limit 1",
)  # fmt: skip


def test_it_says_the_same_over_the_api(shop: Shop, there: Elsewhere) -> None:
    for look in LOOKS:
        words = look.format(**shop.ids).split()
        for more in ([], ["--json"]):
            here, far = shop.tieline(*words, *more), there.tieline(*words, *more)

            assert (far.code, far.err) == (here.code, here.err), look
            assert _but_for_uses(far.out) == _but_for_uses(here.out), look


def _but_for_uses(text: str) -> str:
    """Asking over the API is itself a use of a token."""
    return "\n".join(line for line in text.splitlines() if "t-admin" not in line)


def _times(shop: Shop, flow: str) -> tuple[datetime, datetime]:
    """Since when and until when it is paused."""
    pause = json.loads(shop.tieline("--json", "flows", "show", flow).out)["paused"]
    return datetime.fromisoformat(pause["since_at"]), datetime.fromisoformat(pause["until_at"])


def test_it_does_the_same_and_the_audit_log_says_who(shop: Shop, there: Elsewhere) -> None:
    ids = shop.ids
    because = ["--reason", "seen from afar"]
    paused = there.tieline("flows", "pause", "post_invoice", "--for", "90m", *because)
    since, until = _times(shop, "post_invoice")
    assert (paused.code, until - since) == (0, timedelta(minutes=90))
    assert "was paused already" in there.tieline("flows", "pause", "post_invoice", *because).out
    assert there.tieline("flows", "resume", "post_invoice", *because).code == 0
    edit = ("dead", "edit", ids["dead"], "--set", 'customer_id="cus_9"', *because)
    assert there.tieline(*edit).code == 0
    assert there.tieline("held", "resolve", ids["held"], "--give-up", *because).code == 0
    close = ("quarantine", "discard", "--source", "billing", *because)
    assert "1 discarded" in there.tieline(*close).out
    replay = ("replay", "run", ids["paid"], "--yes", "--no-wait", *because)
    assert there.tieline(*replay).code == 0
    assert there.tieline("user", "set-role", "u-viewer", "--role", "support", *because).code == 0
    audit = there.tieline("audit", "list", "--limit", "7").out

    assert audit.count("u-admin (token t-admin)") == 7
    assert audit.count("seen from afar") == 7


def test_what_is_not_allowed_or_not_there_is_told_as_here(shop: Shop, there: Elsewhere) -> None:
    because = ["--reason", "x"]
    assert there.tieline("runs", "show", "run_nothing").code == 3
    assert there.tieline("flows", "pause", "nothing", *because).code == 3
    assert there.tieline("dead", "retry", shop.ids["done"], *because).code == 5
    viewer = there.tieline("flows", "pause", "post_invoice", *because, role="viewer")
    support = there.tieline("runs", "list", role="support")
    story = there.tieline("story", shop.ids["done"], role="support")
    bad = shop.tieline("--url", there.url, "--token", "tl_invented", "runs", "list")
    none = shop.tieline("--url", there.url, "runs", "list")

    assert (viewer.code, support.code, story.code) == (1, 1, 0)
    assert "permission 'operate'" in viewer.err
    assert (bad.code, none.code) == (2, 2)
    assert "TIELINE_TOKEN" in none.err
    assert "tl_invented" not in bad.err


def test_a_hub_that_is_away_is_named(shop: Shop) -> None:
    away = shop.tieline("--url", "http://127.0.0.1:9", "--token", "tl_x", "runs", "list")

    assert away.code == 4
    assert "http://127.0.0.1:9 cannot be reached" in away.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hub.acme.example", "in the clear"),
        ("http://10.0.0.5:8081", "in the clear"),
        ("ftp://hub.acme.example", "https://"),
        ("hub.acme.example", "https://"),
        ("https://ann:s3cret@hub.acme.example", "https://"),
    ],
)
def test_a_token_is_not_sent_in_the_clear(url: str, words: str) -> None:
    http: Any = None
    with pytest.raises(SettingsError, match=words) as refused:
        RemoteHub(http, RemoteAddress(url, "tl_x"), ORDERS, QUESTIONS)

    assert "s3cret" not in str(refused.value)
