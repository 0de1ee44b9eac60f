"""Libraries that a deployment adds when it wants what they do; without one, a clear word which to add."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from duanka.errors import Unavailable


def need(module: str, *, extra: str) -> Any:
    """The library, which comes with the extra of this name.

    Raises: Unavailable if it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise Unavailable(
            f"{module.partition('.')[0]} is not installed",
            where=f"extra {extra}",
            fix=f"install duanka[{extra}]",
        ) from error
