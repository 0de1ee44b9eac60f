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
    ledger: str = ""
    """Where the ledger lies: a file such as ledger.db, or postgresql://…."""
    ledger_keys: str = ""
    """The ledger's key file; by default beside an SQLite ledger, with `.keys` behind its name."""
    ledger_suite: str = "intl"
    """Suite of a new ledger: `intl` (SHA-256, AES) or `gm` (SM3, SM4)."""


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this deployment: defaults, then duanka.toml, then DUANKA_* variables.

    Raises: BadInput if a key is unknown or a value has the wrong type.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, object] = {}
    toml = path or Path("duanka.toml")
    if path is not None or toml.exists():
        given.update(_read(toml))
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


def _read(toml: Path) -> dict[str, object]:
    try:
        return tomllib.loads(toml.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(
            f"the settings cannot be read: {error.strerror}",
            where=toml.name,
            fix="see that it is a file you may read, or take it away",
        ) from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise BadInput(
            f"the settings cannot be read: {error}",
            where=toml.name,
            fix='write lines of TOML in UTF-8, such as threads = 4 or digest_suite = "sm3"',
        ) from error


_WANTED = {int: "a whole number from 1 on", str: "text", tuple: "a list of folders"}


def _typed(name: str, value: object) -> object:
    default = getattr(Settings(), name)
    try:
        found = _as_type(default, value)
    except (TypeError, ValueError):
        found = None
    if found is None or (isinstance(found, int) and found < 1):
        raise BadInput(
            f"setting {name} cannot be {value!r}",
            where="duanka.toml or DUANKA_* variables",
            fix=f"give {_WANTED[type(default)]}",
        )
    return found


def _as_type(default: object, value: object) -> object:
    if isinstance(default, tuple):
        parts = value.split(os.pathsep) if isinstance(value, str) else value
        return tuple(str(part) for part in parts if part)  # type: ignore[attr-defined]
    return type(default)(value)  # type: ignore[call-arg]
