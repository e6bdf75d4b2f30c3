"""Pause form: how long something is paused, as a person typed it, comes in; its end goes out."""

from starlette.datastructures import FormData

from tieline.model.base.by import By
from tieline.model.base.ids import Micros
from tieline.rules.people.pausing import end_of
from tieline.surfaces.console.confirm import text_of

PAUSE_FIELDS = "fields/pause.html"


def pause_end(form: FormData, by: By) -> Micros | None:
    """When a pause ends that a person ordered with this *form*. Raises SettingsError."""
    return end_of(text_of(form, "for") or None, by.at_us, name="the length of the pause")
