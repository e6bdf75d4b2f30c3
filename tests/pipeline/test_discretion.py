"""Discretion: every secret of a hub is known, new ones within a second, and old ones still."""

from tests.engine import TestClock, Vendor, a_town

from tieline import Run
from tieline.model.base.secret import Secret
from tieline.model.hub.flow import HubSpec
from tieline.pipeline.redactor import Redactor, secret_names


class Drawer:
    """A vault whose secrets a test replaces."""

    def __init__(self, **secrets: str) -> None:
        self.held = secrets
        self.asked = 0

    def secrets(self, name: str) -> tuple[Secret, ...]:
        self.asked += 1
        return (Secret.of(self.held[name]),) if name in self.held else ()

    def place_of(self, name: str) -> str:
        return f"the drawer {name}"


def a_hub() -> HubSpec:
    town = a_town(Vendor(port=1), credential="books-live")

    @town.hub.flow(on=town.on())
    async def handle(order: dict[str, object], run: Run) -> None:
        """Does nothing."""

    return town.hub.spec()


def test_every_name_that_a_hub_may_ask_for_is_looked_at() -> None:
    assert secret_names(a_hub()) == (
        "books-live",
        "books-signing",
        "chat-signing",
        "sealing",
        "shop-signing",
        "shop-signing-verify",
    )


def test_a_secret_is_taken_out_of_a_text_also_the_one_that_it_replaced() -> None:
    clock, drawer = TestClock(), Drawer(**{"books-live": "first-secret"})
    discretion = Redactor(a_hub(), drawer, clock, ["https://chat.example/hooks/T0K3N"])
    text = "first-secret, then second-secret, to https://chat.example/hooks/T0K3N"

    before = discretion.clean(text)
    drawer.held["books-live"] = "second-secret"
    soon = discretion.clean(text)
    clock.advance(seconds=1)
    after = discretion.clean(text)

    assert before == soon == "[redacted], then second-secret, to [redacted]"
    assert after == "[redacted], then [redacted], to [redacted]"


def test_the_vault_is_asked_once_a_second_however_much_is_told() -> None:
    clock, drawer = TestClock(), Drawer()
    discretion = Redactor(a_hub(), drawer, clock)
    for _ in range(100):
        discretion.clean("nothing in it")

    assert drawer.asked == len(secret_names(a_hub()))
