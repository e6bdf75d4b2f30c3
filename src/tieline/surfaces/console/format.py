"""Format: states and values of the store come in; how a page writes and colours them goes out."""

import re
from datetime import timedelta

import orjson
from markupsafe import Markup, escape

from tieline.model.base.ids import Micros
from tieline.model.base.json_text import json_text
from tieline.model.base.payload import Json
from tieline.model.runs.run import RunState
from tieline.model.views.rows import RunRow
from tieline.rules.formats import plain_time
from tieline.rules.formats.labels import kind_label, label, spoken, state_label
from tieline.rules.formats.plain_text import inert
from tieline.rules.privacy.hidden_key import readable

NOTHING = "\u2013"
"""A dash, where there is no value."""
NONE = Markup('<span class="muted none">{}</span>').format(NOTHING)
"""The same as a mark; where a table is folded, a cell with nothing else in it is left out."""
LONGEST = 4_000
"""Of one text on a page; payloads have their own limit."""
LONGEST_DOCUMENT = 100_000

TONES: dict[str, str] = {
    "done": "good",
    "accepted": "good",
    "confirmed": "good",
    "resolved": "good",
    "ready": "calm",
    "duplicate": "calm",
    "unmatched": "calm",
    "challenge": "calm",
    "cancelled": "calm",
    "muted": "calm",
    "skipped": "calm",
    "decided": "calm",
    "running": "busy",
    "acknowledged": "busy",
    "retrying": "wait",
    "waiting": "wait",
    "partly": "wait",
    "paused": "wait",
    "quarantined": "wait",
    "held": "person",
    "in-doubt": "person",
    "dead": "bad",
    "refused": "bad",
    "open": "bad",
}
"""State, verdict or outcome → its colour; any other word is a kind of failure."""

ICONS: dict[str, str] = {
    "accepted": "done",
    "confirmed": "done",
    "resolved": "done",
    "duplicate": "replay",
    "unmatched": "note",
    "challenge": "note",
    "muted": "paused",
    "skipped": "note",
    "decided": "done",
    "acknowledged": "people",
    "in-doubt": "held",
    "open": "issue",
}
"""Word → its drawing, where that has another name."""
DRAWN = frozenset(
    {
        *RunState,
        *("paused", "quarantined", "refused"),
    }
)

ERRNO = re.compile(r"\[Errno -?\d+\] ?")
SAID = (
    ("the connection broke: Connection reset by peer", "the connection was reset"),
    ("Connection reset by peer", "the connection was reset"),
    ("Broken pipe", "the other side closed the connection"),
)

KINDS: dict[str, str] = {
    "receipt": "receipt",
    "event": "event",
    "run": "run",
    "step": "step",
    "attempt": "attempt",
    "reference": "reference",
    "dead": "dead",
    "audit": "people",
}
"""Kind of a story's line → its drawing."""


RECORDS: dict[str, str] = {"receipt": "delivery", "reference": "key", "audit": "decision"}
"""Kind of a record → how people call it, where that is another word."""


def tone(word: str) -> str:
    """The colour of a state; unknown words are failures."""
    return TONES.get(word, "bad")


def icon(name: str) -> Markup:
    """A drawing of ``static/icons.svg``."""
    return Markup(
        '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#{}"></use></svg>'
    ).format(name)


def badge(word: str, text: str | None = None) -> Markup:
    """A state as a small coloured mark: drawing, word and colour all say it."""
    drawn = ICONS.get(word, word)
    if word not in DRAWN and word not in ICONS:
        drawn = "dead"
    return Markup('<span class="badge {}">{}{}</span>').format(
        tone(word), icon(drawn), spoken(label(word)) if text is None else text
    )


def at(at_us: Micros | None, form: str = "moment") -> Markup:
    """A moment in UTC; the page's script moves it into the viewer's zone and keeps UTC on hover."""
    if at_us is None:
        return NONE
    exact = plain_time.iso(at_us)
    told = f"{exact[:10]} {exact[11:23]} UTC"
    text = {"clock": exact[11:23], "time": exact[11:19], "day": exact[:10]}.get(
        form, f"{plain_time.short(at_us)} UTC"
    )
    return Markup('<time datetime="{}" data-form="{}" title="{}">{}</time>').format(
        f"{exact[:23]}Z", form, told, text
    )


def span(us: float | None) -> str:
    """A duration for people; nothing for none."""
    return NOTHING if us is None else plain_time.span(int(us))


def number(count: float | None) -> str:
    """``12 345``, with thin spaces; a dash for none."""
    return NOTHING if count is None else f"{count:,}".replace(",", "\u202f")


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 run``, ``2 runs``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def share(part: float | None) -> str:
    """``99.2 %``; a dash for none."""
    if part is None:
        return NOTHING
    percent = 100 * part
    exact = percent in {0.0, 100.0} or 10 <= percent < 99
    return f"{percent:.0f} %" if exact else f"{percent:.1f} %"


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return NOTHING
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def document(shown: Json) -> str:
    """A redacted document, indented, at most so long as a page can bear."""
    if isinstance(shown, str):
        return safe_lines(shown)
    text = json_text(shown, options=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    return safe_lines(text)


def safe_lines(text: str) -> str:
    """A text of several lines with nothing in it that reads differently from what it is."""
    cut = text[:LONGEST_DOCUMENT]
    lines = "\n".join(inert(line.replace("\t", "  "), LONGEST) for line in cut.splitlines())
    return lines + ("\n…" if len(text) > LONGEST_DOCUMENT else "")


def shown(value: object) -> object:
    """Every value on its way into a page: made inert, unless a template of ours made it."""
    if value is None:
        return ""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if "\n" in value:
        return safe_lines(value)
    return inert(readable(value), LONGEST)


def as_given(value: object) -> Markup:
    """What somebody typed into a field, as it was, since it is sent again."""
    text = str(value or "")
    return Markup("{}").format(safe_lines(text) if "\n" in text else inert(text, LONGEST))


def state_badge(row: RunRow) -> Markup:
    """The state of a run; one that waits says for what."""
    return badge(row.state, state_label(row.state, row.waits))


def said(word: str) -> str:
    """A stored word as people read it in a sentence: a state, an outcome, an alert, an action."""
    return spoken(label(word))


def record(kind: str) -> str:
    """What people call a kind of record."""
    return RECORDS.get(kind, kind)


def kind_words(kind: str, status: int | None = None) -> str:
    """A kind of failure; with what the other side answered, where that says more."""
    words = spoken(kind_label(kind))
    return words if status is None or kind == "quarantined" else f"{words} {status}"


def plain(text: str) -> str:
    """What a system said of an error, without its numbers."""
    words = ERRNO.sub("", readable(text))
    for said, means in SAID:
        words = words.replace(said, means)
    return words


def short_id(id_: str) -> Markup:
    """The end of an id, which differs; the whole of it on hover and for copying."""
    kind, _, rest = id_.partition("_")
    text = f"{kind}…{rest[-6:]}" if len(rest) > 12 else id_
    return Markup('<span class="id short" title="{}">{}</span>').format(escape(id_), text)


def days(span_: timedelta) -> str:
    """A span of the settings for people."""
    return plain_time.span(int(span_.total_seconds() * 1e6))
