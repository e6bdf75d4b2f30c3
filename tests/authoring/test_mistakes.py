"""Check: every mistake of an author is named, in words, all at once, before anything runs."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from tieline import (
    Connection,
    Connector,
    Contract,
    Drift,
    Effect,
    HeadPolicy,
    Hub,
    MissedPolicy,
    Rate,
    Run,
)
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS
from tieline.model.base.errors import DeclarationError
from tieline.model.hub.flow import ScheduleSource
from tieline.model.inbound.signature import EventShape, WebhookScheme

URL = "https://api.acme.example"
SENDER = Connector("x", webhook=STANDARD_WEBHOOKS)
UNSIGNED = WebhookScheme("unsigned", (), EventShape(), "")


class Order(Contract, name="order", version=1):
    ref: str


class Twin(Contract, name="order", version=1):
    ref: str


class Refund(Contract, name="refund", version=1):
    ref: str


class Loose(BaseModel):
    ref: str


async def fine(order: Any) -> None: ...


async def with_run(order: Any, run: Run) -> None: ...


async def with_three(order: Any, run: Run, more: int) -> None: ...


async def with_none() -> None: ...


async def with_default(order: Any, dry_run: bool = False) -> None: ...


async def with_stars(*args: Any) -> None: ...


async def with_run_alone(run: Run) -> None: ...


async def with_a_contract(order: Order) -> None: ...


class Flows:
    async def in_a_class(self, order: Any) -> None: ...


async def with_keyword(order: Any, *, loud: bool) -> None: ...


def not_async(order: Any) -> None: ...


class Scene:
    """A hub with one sound connection, to which a case adds its mistake."""

    def __init__(self) -> None:
        self.hub = Hub("acme")
        self.billing = self.connect("billing", webhook=STANDARD_WEBHOOKS)

    def connect(
        self, name: str, *, webhook: WebhookScheme | None = None, **dials: Any
    ) -> Connection:
        return self.hub.connect(
            name, Connector(name, webhook=webhook), **({"base_url": URL} | dials)
        )

    def flow(self, function: Any = fine, **dials: Any) -> None:
        self.hub.flow(**({"on": self.billing.webhook("order.paid")} | dials))(function)


Case = tuple[str, Callable[[Scene], object], str]


def uses_a_stranger(scene: Scene) -> None:
    stranger = Hub("other").connect("stranger", Connector("s"), base_url=URL)

    async def calls(order: Any) -> None:
        await stranger.get("/")

    scene.flow(calls)


def uses_a_stranger_inside_a_nested_function(scene: Scene) -> None:
    stranger = Hub("other").connect("stranger", Connector("s"), base_url=URL)

    async def calls(order: Any) -> None:
        async def nested() -> None:
            await stranger.get("/")

        await nested()

    scene.flow(calls)


def uses_what_has_no_address(scene: Scene) -> None:
    vague = scene.connect("vague", base_url=None)

    async def calls(order: Any) -> None:
        await vague.get("/")

    scene.flow(calls)


def two_of_one_name(scene: Scene) -> None:
    scene.flow()
    scene.flow()


def two_limits_for_one_door(scene: Scene) -> None:
    scene.flow(name="one")
    scene.flow(name="two", on=scene.billing.webhook("other", max_body_bytes=5))


def two_times_for_one_name(scene: Scene) -> None:
    scene.flow(name="one", on=scene.hub.schedule("0 6 * * *", name="nightly"))
    scene.flow(name="two", on=scene.hub.schedule("0 7 * * *", name="nightly"))


def two_contracts_of_one_name(scene: Scene) -> None:
    scene.flow(name="one", on=scene.billing.webhook("a", contract=Order))
    scene.flow(name="two", on=scene.billing.webhook("b", contract=Twin))


CASES: list[Case] = [
    (
        "connection name",
        lambda s: s.connect("Books!"),
        "connection 'Books!': the name cannot be used",
    ),
    (
        "connection twice",
        lambda s: s.connect("billing"),
        "connection 'billing' is declared 2 times",
    ),
    ("reserved name", lambda s: s.connect("topic"), "connection 'topic': the name is taken"),
    (
        "base_url",
        lambda s: s.connect("b", base_url="api.acme.example"),
        "base_url is 'api.acme.example'",
    ),
    (
        "base_url scheme",
        lambda s: s.connect("b", base_url="ftp://x.example"),
        "use an absolute http(s)",
    ),
    (
        "base_url port",
        lambda s: s.connect("b", base_url="https://x.example:99999"),
        "connection 'b': base_url can never be called: the port of 'https://x.example:99999'",
    ),
    (
        "base_url credentials",
        lambda s: s.connect("b", base_url="https://ana:pw@x.example"),
        "the URL has credentials before its host",
    ),
    (
        "base_url host",
        lambda s: s.connect("b", base_url="https://x_y..example"),
        "base_url can never be called: the URL's host",
    ),
    (
        "base_url space",
        lambda s: s.connect("b", base_url="https://x.example/a b"),
        "percent-encode it",
    ),
    (
        "base_url query",
        lambda s: s.connect("b", base_url="https://x.example/v1?key=1"),
        "connection 'b': base_url has a query or a '#'",
    ),
    ("at_once", lambda s: s.connect("b", at_once=0), "connection 'b': at_once is 0; use 1 or more"),
    (
        "timeout",
        lambda s: s.connect("b", timeout=timedelta()),
        "timeout is 0:00:00; use a time above",
    ),
    ("max_answer_bytes", lambda s: s.connect("b", max_answer_bytes=0), "max_answer_bytes is 0"),
    ("credential", lambda s: s.connect("b", credential=""), "credential is empty; name a secret"),
    (
        "flow name",
        lambda s: s.flow(name="Post Invoice"),
        "flow 'Post Invoice': the name cannot be used",
    ),
    ("flow twice", two_of_one_name, "flow 'fine' is declared 2 times"),
    ("not async", lambda s: s.flow(not_async), "its function is not `async def`"),
    (
        "three parameters",
        lambda s: s.flow(with_three),
        "its function takes 'more', which nobody gives it",
    ),
    ("no parameter", lambda s: s.flow(with_none), "its function has no place for the payload"),
    (
        "keyword",
        lambda s: s.flow(with_keyword),
        "its function takes 'loud', which nobody gives it",
    ),
    ("default", lambda s: s.flow(with_default), "takes 'dry_run', which nobody gives it"),
    ("stars", lambda s: s.flow(with_stars), "takes '*args', which nobody gives it"),
    ("run alone", lambda s: s.flow(with_run_alone), "no place for the payload"),
    ("in a class", lambda s: s.flow(Flows.in_a_class), "it stands in the body of a class"),
    (
        "annotated contract",
        lambda s: s.flow(with_a_contract),
        "annotated Order, but its source has no contract; write contract=Order",
    ),
    (
        "another contract",
        lambda s: s.flow(with_a_contract, on=s.billing.webhook("z", contract=Refund)),
        "annotated Order, but its source has Refund; write contract=Order",
    ),
    ("on", lambda s: s.flow(on=s.billing), "use a source such as connection.webhook(…)"),
    ("no webhooks", lambda s: s.flow(on=s.connect("mute").webhook()), "that knows no webhooks"),
    (
        "unsigned",
        lambda s: s.flow(on=s.connect("open", webhook=UNSIGNED).webhook()),
        "webhooks of 'open' are not signed",
    ),
    (
        "another hub's source",
        lambda s: s.flow(on=Hub("o").connect("x", SENDER).webhook()),
        "its source is connection 'x', which is not one of ",
    ),
    (
        "type",
        lambda s: s.flow(on=s.billing.webhook("order*")),
        "its event type is 'order*'; use '*'",
    ),
    ("empty type", lambda s: s.flow(on=s.billing.webhook("")), "its event type is ''"),
    ("key limit", lambda s: s.flow(on=s.billing.webhook(max_keys=0)), "is 0; use 1 or more"),
    ("depth limit", lambda s: s.flow(on=s.billing.webhook(max_depth=201)), "use 1 to 200"),
    ("body limit", lambda s: s.flow(on=s.billing.webhook(max_body_bytes=0)), "is 0; use 1 or more"),
    ("cron", lambda s: s.flow(on=s.hub.schedule("often")), "cron 'often' cannot be used"),
    ("zone", lambda s: s.flow(on=s.hub.schedule("@daily", zone="Mars")), "time zone 'Mars'"),
    (
        "contract",
        lambda s: s.flow(on=s.billing.webhook("a", contract=Loose)),  # type: ignore[arg-type]
        "contract is Loose; use a class that is a Contract",
    ),
    (
        "contract that is no class",
        lambda s: s.flow(on=s.billing.webhook("a", contract={"ref": "str"})),  # type: ignore[arg-type]
        "contract is {'ref': 'str'}; use a class that is a Contract",
    ),
    ("order without contract", lambda s: s.flow(ordered_by="ref"), "its source has no contract"),
    (
        "order by nothing",
        lambda s: s.flow(ordered_by="customer", on=s.billing.webhook("a", contract=Order)),
        "ordered_by is 'customer', but contract 'order' has ref",
    ),
    ("priority", lambda s: s.flow(priority=9), "priority is 9; use 0 (first) to 8 (last)"),
    ("concurrency", lambda s: s.flow(concurrency=0), "concurrency is 0; use 1 or more"),
    ("time limit", lambda s: s.flow(time_limit=timedelta()), "time_limit is 0:00:00"),
    ("deadline", lambda s: s.flow(deadline=timedelta(-1)), "deadline is -1 day"),
    (
        "stranger",
        uses_a_stranger,
        "it calls connection 'stranger', which this hub has not connected",
    ),
    ("nested stranger", uses_a_stranger_inside_a_nested_function, "it calls connection 'stranger'"),
    ("no address", uses_what_has_no_address, "connection 'vague', which has no base_url"),
    (
        "door",
        two_limits_for_one_door,
        "different unverified, max_… limits, expect_every, tenant or rate",
    ),
    (
        "header",
        lambda s: s.connect("b", headers={"x y": "1"}),
        "header 'x y' is no name of a header",
    ),
    (
        "secret header",
        lambda s: s.connect("b", headers={"Authorization": "Bearer abc"}),
        "header 'authorization' carries a secret; put it into the vault",
    ),
    (
        "our header",
        lambda s: s.connect("b", headers={"Content-Type": "text/csv"}),
        "header 'content-type' is written by Tieline itself; leave it out",
    ),
    (
        "text of a header",
        lambda s: s.connect("b", headers={"x-version": "1\r\nx-more: 2"}),
        "use a text of printable ASCII",
    ),
    ("schedule", two_times_for_one_name, "both listen to 'schedule:nightly', but with different"),
    ("contracts", two_contracts_of_one_name, "declared by both Order and Twin"),
    *[
        (
            f"{name}={value!r}",
            lambda s, name=name, value=value: s.connect("b", **{name: value}),
            f"connection 'b': {name} is {value!r}; use {wanted}",
        )
        for name, value, wanted in (
            ("rate", 50, "Rate(50, timedelta(seconds=1))"),
            ("retry", 5, "RetryPolicy(attempts=5)"),
            ("retry", 0, "RetryPolicy(attempts=0)"),
            ("timeout", 5, "timedelta(seconds=5)"),
            ("confirm_after", 5.5, "timedelta(seconds=5.5)"),
            ("allow", "127.0.0.1", "a list such as ['127.0.0.1']"),
            ("at_once", "8", "a whole number"),
            ("at_once", True, "a whole number"),
            ("credential", b"x", "a text"),
            ("base_url", 80, "a text"),
        )
    ],
    *[
        (
            f"{name}={value!r}",
            lambda s, name=name, value=value: s.flow(**{name: value}),
            f"flow 'fine': {name} is {value!r}; use {wanted}",
        )
        for name, value, wanted in (
            ("drift", "keeep", "'hold', 'rerun' or 'keep'"),
            ("on_dead_head", "stop", "'block' or 'skip'"),
            ("retry", 5, "RetryPolicy(attempts=5)"),
            ("time_limit", 60, "timedelta(seconds=60)"),
            ("deadline", "3d", "timedelta(seconds=5)"),
            ("priority", "high", "a whole number"),
            ("concurrency", 1.5, "a whole number"),
            ("owner", None, "a text"),
            ("on", "billing", "a source such as connection.webhook(…)"),
        )
    ],
    (
        "what stands inside a value",
        lambda s: s.connect("b", rate=Rate("50", timedelta(seconds=1))),  # type: ignore[arg-type]
        "connection 'b': rate.count is '50'; use a whole number",
    ),
    (
        "what stands inside a connector",
        lambda s: s.hub.connect("b", Connector("b", URL, effects={"POST /x": "raed"})),  # type: ignore[dict-item]
        "connector.effects['POST /x'] is 'raed'; use 'read', 'idempotent', 'verify' or 'once'",
    ),
    (
        "connector",
        lambda s: s.hub.connect("b", "stripe"),  # type: ignore[arg-type]
        "connection 'b': connector is 'stripe'; use Connector('stripe')",
    ),
    ("allow entry", lambda s: s.connect("b", allow=("http://x",)), "allow has 'http://x'"),
    (
        "an argument that there is not",
        lambda s: s.connect("b", retries=5),
        "connection 'b': there is no argument 'retries'; there are name, connector, credential",
    ),
    (
        "an argument that is missing",
        lambda s: s.hub.flow()(fine),  # type: ignore[call-arg]
        "flow 'fine': on is missing; use a source such as connection.webhook(…)",
    ),
    (
        "missed",
        lambda s: s.flow(on=s.hub.schedule("@daily", missed="later")),  # type: ignore[arg-type]
        "flow 'fine': missed is 'later'; use 'run-once' or 'skip'",
    ),
    ("topic", lambda s: s.flow(on=s.hub.topic(5)), "type is 5; use a text"),  # type: ignore[arg-type]
    ("budget", lambda s: s.hub.tenants("a", at_once="8"), "hub.tenants.at_once is '8'"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(
    ("make", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_mistake_is_named_with_what_would_be_right(
    make: Callable[[Scene], object], words: str
) -> None:
    scene = Scene()
    make(scene)

    with pytest.raises(DeclarationError) as raised:
        scene.hub.spec()

    assert len(raised.value.mistakes) == 1
    assert words in raised.value.mistakes[0]


def test_all_mistakes_are_named_at_once() -> None:
    scene = Scene()
    for _, make, _ in CASES:
        make(scene)

    with pytest.raises(DeclarationError) as raised:
        scene.hub.spec()

    said = "\n".join(raised.value.mistakes)
    said = re.sub(r"declared \d+ times", "declared 2 times", said)
    missing = [words for _, _, words in CASES if words not in said]
    assert missing == []
    assert str(raised.value).startswith(f"the hub has {len(raised.value.mistakes)} mistakes:\n  - ")


def test_plain_words_of_an_enum_are_taken_and_lists_for_what_is_many() -> None:
    hub = Hub("acme")
    door = hub.connect(
        "door",
        Connector("door", URL, effects={"POST /look": "read"}, webhook=STANDARD_WEBHOOKS),  # type: ignore[dict-item]
        allow=["127.0.0.1"],  # type: ignore[arg-type]
    )
    nightly = hub.schedule("@daily", missed="RUN_ONCE")  # type: ignore[arg-type]
    hub.flow(on=door.webhook(), drift="keep", on_dead_head="skip")(fine)  # type: ignore[arg-type]
    hub.flow(on=nightly, name="other")(fine)

    spec = hub.spec()

    assert spec.flows["fine"].drift is Drift.KEEP
    assert spec.flows["fine"].on_dead_head is HeadPolicy.SKIP
    assert spec.connections["door"].egress.allow == ("127.0.0.1",)
    assert spec.connections["door"].connector.effects["POST /look"] is Effect.READ
    source = spec.flows["other"].source
    assert isinstance(source, ScheduleSource)
    assert source.schedule.missed is MissedPolicy.RUN_ONCE


def test_the_name_of_a_hub_is_checked_too() -> None:
    with pytest.raises(DeclarationError, match="hub 'My Hub': the name cannot be used"):
        Hub("My Hub").spec()


def test_a_sound_hub_is_what_was_declared() -> None:
    scene = Scene()
    scene.flow(
        with_run,
        name="post",
        on=scene.billing.webhook("order.paid", contract=Order),
        ordered_by="ref",
        owner="finance",
        priority=2,
    )

    spec = scene.hub.spec()

    flow = spec.flows["post"]
    assert (flow.call, flow.ordered_by, flow.owner, flow.priority) == (
        with_run,
        "ref",
        "finance",
        2,
    )
    assert flow.contract is not None
    assert flow.contract.label == "order@1"
    assert list(spec.webhooks()) == ["billing"]


def test_a_decorated_function_stays_what_it_was() -> None:
    scene = Scene()

    assert scene.hub.flow(on=scene.billing.webhook())(fine) is fine
