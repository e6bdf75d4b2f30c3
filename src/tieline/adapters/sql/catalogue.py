"""Catalogue: which storage step does a command, and which read answers a question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tieline.adapters.sql.hooks import NO_HOOKS, CommitHooks
from tieline.adapters.sql.statement import Steps
from tieline.model.command import Command
from tieline.model.question import Question

R = TypeVar("R")

Step = Callable[[Any], Steps[Any]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a store can do; the composition makes it of the manifests of all features."""

    commands: Mapping[type[Command[Any]], Step]
    """Those that are done one by one; ``apply`` groups the hot kinds itself."""
    questions: Mapping[type[Question[Any]], Step]
    """But for those that are about the store's file, or about what runs."""
    hooks: CommitHooks = NO_HOOKS
    refusal: Callable[[Command[Any], Exception], Command[Any] | None] = lambda _, __: None
    """What is kept of a command that was refused; None: nothing."""

    def read(self, question: Question[R]) -> Steps[R]:
        """The read that answers *question*."""
        steps: Steps[R] = self.questions[type(question)](question)
        return steps
