"""What a challenger would have said, on disk: running totals, and the latest differences one a line, to be read by anybody."""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from duanka.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FOLDER, TOTALS, LINES = "challenger", "totals.json", "differences.ndjson"
MOST_BYTES = 8_000_000
"""From so many bytes on the file of differences begins anew; the one before stays beside it."""


class Notebook:
    """Totals and differences of one challenger beside a door; another challenger begins at nought.

    Columns: totals.json: begun_at, written_at, model_versions, policy_version, counts; a line of
        differences.ndjson: event_kind, event_id, given, given_score, challenger, challenger_score.
    """

    def __init__(self, place: Path, versions: Mapping[str, Any], *, now: datetime) -> None:
        self._place = place / FOLDER
        self._place.mkdir(exist_ok=True)
        self._told: dict[str, Any] = {"begun_at": now.isoformat(), **versions, "counts": {}}
        before = _read(self._place / TOTALS)
        if before and all(before.get(name) == value for name, value in versions.items()):
            self._told = before
        else:
            (self._place / LINES).unlink(missing_ok=True)

    @property
    def counts(self) -> Counter[str]:
        """The totals as they were last written."""
        return Counter(self._told["counts"])

    def write(
        self, counts: Mapping[str, int], differences: Iterable[Mapping[str, Any]], *, now: datetime
    ) -> None:
        """Nothing; the totals are replaced as a whole, the differences added."""
        lines = self._place / LINES
        if lines.exists() and lines.stat().st_size > MOST_BYTES:
            lines.replace(lines.with_suffix(".before"))
        with lines.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in differences)
        self._told |= {"counts": dict(counts), "written_at": now.isoformat()}
        made = self._place / (TOTALS + ".new")
        made.write_text(json.dumps(self._told, ensure_ascii=False), encoding="utf-8")
        os.replace(made, self._place / TOTALS)  # noqa: PTH105  # replaces in one step


def read(place: Path, *, most: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The totals of the challenger beside a door, and its latest differences, newest first.

    Raises: NotFound if no challenger ever stood there.
    """
    folder = place / FOLDER
    totals = _read(folder / TOTALS)
    if not totals:
        raise NotFound("no challenger stood beside this door 没有挑战者的记录", where="challenger", fix="serve with --challenger")  # fmt: skip
    found: deque[dict[str, Any]] = deque(maxlen=most)
    for name in (LINES.replace(".ndjson", ".before"), LINES):
        if (folder / name).exists():
            with (folder / name).open(encoding="utf-8") as file:
                found.extend(json.loads(line) for line in file if line.endswith("\n"))
    return totals, list(reversed(found))


def totals_of(told: Mapping[str, Any]) -> list[tuple[str, str, str, int]]:
    """How many events the challenger would have answered otherwise: kind, given, challenger's, count; the most first."""
    found = [
        (*name.split(".")[1:], int(count))
        for name, count in told["counts"].items()
        if name.count(".") == 3
    ]
    return sorted(found, key=lambda one: (-one[3], one))


def now() -> datetime:
    """The instant, as the notebook dates its pages."""
    return datetime.now(UTC)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
