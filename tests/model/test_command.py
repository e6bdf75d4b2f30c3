"""Commands: each says what it is answered with, is carried out by the store, and stays small."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from typing import Any, TypeVar, get_args

import pytest

import tieline
from tieline.compose.features import CATALOGUE, CONTROLLED
from tieline.model.base.by import By
from tieline.model.command import Command, OperatorCommand, name_of
from tieline.model.commands import Claim, Ingest, KeepReceipt, Pause, Remember, RetryDead, Settle

IN_SETS = {Claim, Ingest, KeepReceipt, Remember, Settle}
"""Those that ``apply`` carries out many at a time, or with more than themselves."""


def every_command() -> Iterator[type[Command[Any]]]:
    """All classes of commands, from the modules that define them."""
    for module in pkgutil.walk_packages(tieline.__path__, "tieline."):
        names: dict[str, object] = {}
        with suppress(DeprecationWarning):  # an error in tests: a module that has moved
            names = vars(importlib.import_module(module.name))
        for found in names.values():
            if isinstance(found, type) and issubclass(found, Command):
                is_defined_here = found.__module__ == module.name
                if is_defined_here and found not in {Command, OperatorCommand}:
                    yield found


COMMANDS = list(every_command())


@pytest.mark.parametrize("kind", COMMANDS, ids=name_of)
def test_a_command_says_what_it_is_answered_with_and_has_no_dict(kind: type[Command[Any]]) -> None:
    (base,) = kind.__orig_bases__  # type: ignore[attr-defined]
    (answer,) = get_args(base)

    assert isinstance(answer, type)
    assert not isinstance(answer, TypeVar)
    assert kind.__dictoffset__ == 0
    assert "__slots__" in vars(kind)


def test_the_store_carries_out_every_command_there_is() -> None:
    assert set(CATALOGUE.commands) | IN_SETS == set(COMMANDS)


def test_what_people_may_order_can_be_ordered_of_a_running_hub() -> None:
    people = {kind for kind in COMMANDS if issubclass(kind, OperatorCommand)}

    assert people == set(CONTROLLED.values())


@pytest.mark.parametrize("kind", CONTROLLED.values(), ids=name_of)
def test_an_operators_command_says_by_whom_it_is(kind: type[OperatorCommand[Any]]) -> None:
    types = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]

    assert types["by"] is By


def test_a_command_is_named_as_people_write_it() -> None:
    assert [name_of(kind) for kind in (Pause, RetryDead)] == ["pause", "retry-dead"]
