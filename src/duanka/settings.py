"""One frozen `Settings`, read from duanka.toml and DUANKA_* once by a door, then passed down."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from duanka.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose.

    Units: `memory_mb` mebibytes that a job may plan to use; `threads` worker threads.
    """

    policy_folders: tuple[str, ...] = ()
    """Further policy folders after the national default; a later one replaces whole entries by name."""
    threads: int = 2
    memory_mb: int = 4096
    batch_rows: int = 500_000
    digest_suite: str = "sha256"
    """Keyed digest of real identifiers on import: `sha256` (HMAC-SHA-256) or `sm3` (HMAC-SM3)."""
    digest_key: str = ""
    """Secret of the digest; never written to any output. Required only by `duanka import`."""


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this deployment: defaults, then duanka.toml, then DUANKA_* variables.

    Raises: BadInput if a key is unknown or a value has the wrong type.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, object] = {}
    toml = path or Path("duanka.toml")
    if path is not None or toml.exists():
        given.update(tomllib.loads(toml.read_text(encoding="utf-8")))
    given.update(
        (name.removeprefix("DUANKA_").lower(), value)
        for name, value in environ.items()
        if name.startswith("DUANKA_")
    )
    known = {f.name for f in fields(Settings)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise BadInput(
            f"unknown setting {', '.join(unknown)}",
            where=f"{toml.name} or DUANKA_* variables",
            fix=f"use one of {', '.join(sorted(known))}",
        )
    return replace(Settings(), **{name: _typed(name, value) for name, value in given.items()})  # type: ignore[arg-type]


def _typed(name: str, value: object) -> object:
    default = getattr(Settings(), name)
    try:
        if isinstance(default, tuple):
            parts = value.split(os.pathsep) if isinstance(value, str) else value
            return tuple(str(part) for part in parts if part)  # type: ignore[attr-defined]
        return type(default)(value)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"setting {name} cannot be {value!r}",
            where="duanka.toml or DUANKA_* variables",
            fix=f"give a {type(default).__name__}",
        ) from error
