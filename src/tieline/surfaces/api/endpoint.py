"""Endpoint: a call of the API as data; the routes and the OpenAPI document are made of the same."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from tieline.model.base.by import By
from tieline.rules.people.access import Permission
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.viewer import Viewer

PREFIX = "/api/v1"


class ApiBody(BaseModel):
    """What is sent to us: unknown names are mistakes, and are told."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def is_storable(cls, given: Any) -> Any:
        """A text becomes a name, an id or a reason, which no store takes with a NUL in it."""
        texts = given if isinstance(given, list | tuple) else (given,)
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise ValueError("has a NUL character, which no text that is kept can have")
        return given


class EmptyBody(ApiBody):
    """No parameters, or no body."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request, checked."""

    parts: WebParts
    viewer: Viewer
    path: dict[str, str]
    query: Any
    """The endpoint's ``query``, filled."""
    body: Any
    """The endpoint's ``body``, filled."""
    started: Callable[[Awaitable[Any]], None]
    """Has the server finish something behind the answer."""

    def now_us(self) -> int:
        """The time."""
        return self.parts.clock.now_us()

    def by(self, reason: str) -> By:
        """The viewer as whoever decides."""
        return By(self.viewer.name, reason.strip(), self.now_us())


Handler = Callable[[ApiRequest], Awaitable[Any]]
"""Answers a dataclass, a tuple of them or a dictionary; all are shown by ``rules/plain.py``."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path."""

    method: str
    path: str
    """Behind ``/api/v1``; parts in braces are texts."""
    needs: Permission
    summary: str
    handler: Handler
    answer: Any
    """The type of the answer: a dataclass, ``Listed[Row]`` or a mapping."""
    query: type[BaseModel] = EmptyBody
    body: type[BaseModel] = EmptyBody
    status: int = 200
    problems: tuple[str, ...] = ()
    """Codes beyond those that every endpoint can answer."""
    location: str | None = None
    """Behind ``/api/v1``: where what was made is found; members of the answer in braces."""
    shown_once: str | None = None
    """A secret of the answer, which is not kept for a repeat."""

    @property
    def noun(self) -> str:
        """The first part of the path: what it is about."""
        return self.path.split("/")[1]

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"
