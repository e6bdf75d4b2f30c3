"""Drifting: what a step was asked for and is asked for now come in; what a person is told goes out.

A person has to know which argument differs, and what each answer does to what stands behind.
"""

from collections.abc import Iterator

import orjson

MOST_SHOWN = 3
LONGEST_SHOWN = 80
LONGEST_KEPT = 4_000
"""Longer arguments are not kept."""
_ABSENT = "absent"


def kept_arguments(content: bytes) -> str | None:
    """What a step is asked for, as it may be compared later; None where it is too long."""
    return None if len(content) > LONGEST_KEPT else content.decode("utf-8", "replace")


def differences(before: str | None, now: str | None) -> str:
    """Which arguments differ, with both values."""
    if now is None:
        return "its arguments are too long to be shown"
    if before is None:
        return f"what it was asked for then was not kept, now it is asked for {_cut(now, 300)}"
    then, today = dict(_leaves(before)), dict(_leaves(now))
    found = [
        f"{path} was {_cut(then.get(path, _ABSENT))} and is {_cut(today.get(path, _ABSENT))} now"
        for path in sorted(then.keys() | today.keys())
        if then.get(path) != today.get(path)
    ]
    if not found:
        return "they differ in what may not be told"
    more = len(found) - MOST_SHOWN
    return "; ".join(found[:MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def of_drift(step: str, told: str) -> str:
    """A step that is done is asked for with other arguments."""
    return (
        f"{step} is done, and is asked for with other arguments: {told}. "
        "Is it made anew each time? Take run.now(), run.uuid() or run.step for it. "
        "--done: it is the one that is done; nothing is made, and the flow gets what was "
        "remembered. --retry: it is another one; it is made once with these arguments. Either way "
        "the step that is done stays remembered for whoever asks for it with its own arguments, "
        "and what stands behind goes on as it is remembered"
    )


def of_another_between(step: str, told: str) -> str:
    """A use was taken for the one that is done, and then that one was asked for too."""
    return (
        f"{step} is asked for more often than when it was made: an earlier use in this execution "
        f"was given what it had returned, as drift=KEEP says, and is another: {told}. "
        "--done: the earlier use is not made, and goes on getting what was remembered. "
        "--retry: the earlier use is made once with its arguments. This one stays done either way"
    )


def of_change(step: str, told: str) -> str:
    """A step that may have been made is to be repeated with other arguments."""
    return (
        f"whether {step} happened is not known, and it is asked for with other arguments now: "
        f"{told}. A repeat under its idempotency key would carry another content, and under "
        "another key could make it twice. Is it made anew each time? Take run.now(), run.uuid() or "
        "run.step for it. Look at the other system: --done: it happened; nothing is made. --retry: "
        "it did not; it is made with these arguments, under a key of its own"
    )


def of_twice(step: str, failed: str) -> str:
    """A body is run again: what was done before the failure is asked for again."""
    return (
        f"{step} was made in this execution, and is asked for again with the same arguments after "
        f"{failed} failed: is a part of the flow run again, or is another one wanted? "
        "--done: it is the same; nothing is made, and the flow gets what the first returned. "
        "--retry: it is another one, and is made once. In the flow, give each its key=, or repeat "
        "only the call that failed"
    )


def of_key_twice(step: str) -> str:
    """One key of the author's stands for two uses."""
    return (
        f"{step}: this key= is used twice in one execution, and a key names one use: whether one "
        "effect or two are meant cannot be told. Give each use its own key= (in a loop, of the "
        "item and the round), then retry this run: what was done stays done"
    )


def of_again(step: str, times: int) -> str:
    """A flow that does not take no for an answer."""
    return (
        f"{step} was refused, and asked for {times} times again in one execution: the answer is "
        "remembered, and asking does not change it. Raise Retry or Reject, or give the call "
        "another key= if it is to be made again"
    )


def _leaves(text: str) -> Iterator[tuple[str, str]]:
    """(path, value) of everything that a step was asked for."""
    head, newline, body = text.partition("\n")
    if newline:
        yield "the path", head
    else:
        body = head
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        yield "the body", body
        return
    yield from _of(parsed, "$")


def _of(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from _of(one, f"{path}.{name}")
    elif isinstance(value, list) and value:
        for at, one in enumerate(value):
            yield from _of(one, f"{path}[{at}]")
    else:
        yield path, orjson.dumps(value).decode()


def _cut(text: str, longest: int = LONGEST_SHOWN) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
