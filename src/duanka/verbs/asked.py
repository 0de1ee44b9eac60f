"""Only the verbs that were asked for are laid out: a hundred verbs cost more than most of them take to run."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer
    from typer.models import TyperInfo


def asked(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """The same tree of verbs, in which groups that none of the words names are listed but stay closed."""
    found = copy(app)
    found.registered_groups = [
        one if one.name in words else _closed(one) for one in app.registered_groups
    ]
    return found


def _closed(group: TyperInfo) -> TyperInfo:
    found = copy(group)
    found.typer_instance = copy(group.typer_instance)
    if found.typer_instance is not None:
        found.typer_instance.registered_commands = []
        found.typer_instance.registered_groups = []
    return found
