"""Listing: a question in pages comes in; as many of its rows as one page shows go out."""

from collections.abc import Callable
from typing import TypeVar

from tieline.model.views import Page, Question, Window
from tieline.operations.paging import gather
from tieline.surfaces.console.desk import Desk
from tieline.surfaces.console.forms import LOOKS

R = TypeVar("R")


async def rows_of(
    desk: Desk, question: Callable[[Window], Question[Page[R]]], window: Window
) -> Page[R]:
    """Rows up to the window's limit, in a bounded number of short reads."""
    return await gather(lambda part: desk.read(question(part)), window, looks=LOOKS)
