"""The ledger: one count per business action, whatever happens."""

from hypothesis import given
from hypothesis import strategies as some

from tieline_sim.ledger import Ledger, Write, from_line

NAMES = some.sampled_from(["a", "b", "c"])


@given(some.lists(some.tuples(NAMES, NAMES), max_size=30))
def test_effects_are_distinct_actions_and_the_rest_is_double(writes: list[tuple[str, str]]) -> None:
    ledger = Ledger("books")

    for action, ref in writes:
        ledger.apply(Write(action, ref, "x", b"{}"), at_us=1)

    assert ledger.applied == len(writes)
    assert ledger.effects == len(set(writes))
    assert ledger.double_effects == len(writes) - len(set(writes))


@given(some.lists(some.tuples(NAMES, NAMES, some.text(max_size=3)), max_size=20))
def test_a_ledger_is_the_same_after_a_kill(writes: list[tuple[str, str, str]]) -> None:
    lines: list[bytes] = []
    ledger = Ledger("books", lines.append)
    for action, ref, key in writes:
        ledger.apply(Write(action, ref, ref, b'{"n":1}', key=key), at_us=5)

    again = Ledger("books")
    again.restore([*lines, b'{"kind":"delivery"}', b'{"kind":"appl'])

    assert again.after(0, 100) == ledger.after(0, 100)
    assert again.double_effects == ledger.double_effects
    assert all(again.keyed(key) == ledger.keyed(key) for _, _, key in writes)


def test_nth_tells_how_often_the_action_was_applied() -> None:
    ledger = Ledger("books")
    for action in ("entry", "invoice", "entry"):
        ledger.apply(Write(action, "ord-1", "x", b"{}"), at_us=1)

    assert [entry.nth for entry in ledger.about("ord-1")] == [1, 1, 2]
    assert [entry.nth for entry in ledger.about("ord-1", "invoice")] == [1]


def test_a_torn_line_is_no_entry() -> None:
    assert from_line(b'{"kind":"applied","number":1') is None
