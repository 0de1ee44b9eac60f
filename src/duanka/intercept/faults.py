"""Every fault of an event that was refused: column by column, in plain Python, so that garbage is cheap."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from duanka.tables.check import FAULTS
from duanka.tables.column import ID_LENGTH

if TYPE_CHECKING:
    from duanka.tables import ColumnInfo

TEXT_LENGTH = 1_000
EARLIEST = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
LATEST = int(datetime(2201, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
LARGEST = 2**53 - 1
OWN_FAULTS = {
    "unknown_kind": ("未知的事件种类", "no kind of event that the door knows"),
    "unknown_column": ("不认识的列", "a column that the kind does not have"),
    "no_offset": ("时间没有时区", "an instant without its offset from UTC"),
    "too_large": ("数值过大", "a number that JSON readers do not keep exactly"),
    "bad_length": ("文字过长", "a text of more than 1,000 characters"),
}
"""Faults that only the live door has; the others are those of files."""
_EATEN = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+")
_REGION = re.compile(r"[0-9]{6}")
_RUN = re.compile(r"[0-9]{7,}")
_STRANGE = re.compile(r"[^ -~]")
Columns = Callable[[str], "tuple[ColumnInfo, ...]"]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one column of an event; `value` is masked."""

    column: str
    fault: str
    value: str = ""

    def __str__(self) -> str:
        words = (OWN_FAULTS.get(self.fault) or FAULTS[self.fault])[1]
        shown = f" ({self.value})" if self.value else ""
        return f"{self.column}: {words}{shown}" if self.column else f"{words}{shown}"


def find(raw: bytes, columns: Columns) -> list[Fault]:
    """Every fault of one JSON object, in the order of its kind's columns; empty if there is none."""
    try:
        told = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return [Fault("", "bad_json")]
    if not isinstance(told, dict):
        return [Fault("", "bad_json")]
    kind = told.get("kind")
    try:
        known = columns(kind) if isinstance(kind, str) and kind else None
    except Exception:  # noqa: BLE001 - a kind the contract does not have, whatever its lookup says
        known = None
    if known is None:
        return [Fault("kind", "unknown_kind", masked(kind, "text"))]
    return [*_of_columns(told, known), *_strangers(told, known)]


def _of_columns(told: Mapping[str, Any], known: Sequence[ColumnInfo]) -> list[Fault]:
    found = []
    for info in known:
        value = told.get(info.name)
        if value is None:
            if info.required:
                found.append(Fault(info.name, "missing"))
        elif fault := _fault(value, info):
            found.append(Fault(info.name, fault, masked(value, info.kind)))
    return found


def _strangers(told: Mapping[str, Any], known: Sequence[ColumnInfo]) -> list[Fault]:
    names = {"kind", *(info.name for info in known)}
    return [Fault(masked(n, "at"), "unknown_column") for n in list(told)[:50] if n not in names]


def _fault(value: Any, info: ColumnInfo) -> str:
    if info.words:
        return "" if value in info.words else "unknown_word"
    return _CHECKS[info.kind](value, info)


def _id(value: Any, _: ColumnInfo) -> str:
    if not isinstance(value, str) or not value:
        return "bad_id"
    if len(value) > ID_LENGTH:
        return "too_long"
    if not value.isprintable() or value != value.strip():
        return "bad_id"
    return "eaten_by_excel" if _EATEN.fullmatch(value) else ""


def _text(value: Any, _: ColumnInfo) -> str:
    if not isinstance(value, str):
        return "bad_text"
    if "\0" in value:
        return "nul_byte"
    return "bad_length" if len(value) > TEXT_LENGTH else ""


def _at(value: Any, _: ColumnInfo) -> str:
    try:
        instant = msgspec.convert(value, datetime) if isinstance(value, str) else None
    except msgspec.ValidationError:
        instant = None
    if instant is None:
        return "bad_at"
    if instant.tzinfo is None:
        return "no_offset"
    # a year at the very end of the calendar has no instant in every zone
    ok = 1900 <= instant.year <= 2200 and EARLIEST <= instant.timestamp() * 1_000_000 < LATEST
    return "" if ok else "out_of_range"


def _on(value: Any, _: ColumnInfo) -> str:
    try:
        if isinstance(value, str):
            msgspec.convert(value, date)
            return ""
    except msgspec.ValidationError:
        pass
    return "bad_on"


def _flag(value: Any, _: ColumnInfo) -> str:
    return "" if isinstance(value, int) and value in {0, 1} else "bad_flag"


def _region(value: Any, _: ColumnInfo) -> str:
    return "" if isinstance(value, str) and _REGION.fullmatch(value) else "bad_region"


def _whole(value: Any, info: ColumnInfo) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"bad_{info.kind}"
    if info.least is not None and value < info.least:
        return "too_small"
    return "too_large" if abs(value) > LARGEST else ""


_CHECKS: dict[str, Callable[[Any, ColumnInfo], str]] = {
    "id": _id,
    "text": _text,
    "at": _at,
    "on": _on,
    "flag": _flag,
    "region": _region,
    "fen": _whole,
    "s": _whole,
    "int": _whole,
}


def masked(value: object, kind: str) -> str:
    """The value as a fault may show it, by the rule of `tables.kinds.mask`."""
    text = value if isinstance(value, str) else str(value)
    text = text[:ID_LENGTH]
    if kind not in {"id", "text"}:
        return _STRANGE.sub("*", _RUN.sub("*******", text))
    if len(text) >= 8:
        return text[:2] + "*" * (len(text) - 4) + text[-2:]
    return text[:1] + "*" * (len(text) - 1)
