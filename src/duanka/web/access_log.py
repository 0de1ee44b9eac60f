"""Who came to the door, to what, for what, and what became of it: one JSON line each, never a value."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8))
"""The log has one file a calendar day there."""


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of the log.

    Columns: `outcome` an HTTP status or a word; `event_id` what was looked at, an opaque id.
    """

    at: str
    key_id: str
    route: str
    outcome: str
    purpose: str = ""
    event_id: str = ""
    client: str = ""


class AccessLog:
    """The log of one server; a row is with the system when `write` returns, so no crash of ours loses it."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] | None = None) -> None:
        self.folder = folder
        self._clock = clock or (lambda: datetime.now(UTC))
        self._day = ""
        self._handle = -1

    def write(
        self,
        route: str,
        outcome: str,
        *,
        key_id: str = "",
        purpose: str = "",
        event_id: str = "",
        client: str = "",
    ) -> None:
        """Nothing; the row is written."""
        now = self._clock()
        row = Visit(now.isoformat(), key_id, route, outcome, purpose, event_id, client)
        day = now.astimezone(SHANGHAI).date().isoformat()
        if day != self._day:
            self.close()
            self.folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._handle = os.open(self.folder / f"access-{day}.jsonl", flags, 0o600)
            self._day = day
        os.write(self._handle, msgspec.json.encode(row) + b"\n")

    def close(self) -> None:
        """Nothing; the file is closed, and opened again by the next row."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle, self._day = -1, ""
