"""Events as nobody should send them: rows of a town, bent and broken, and bytes that are no event at all."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STRANGE: tuple[Any, ...] = (
    None, "", " ", "x" * 65, "x" * 100_000, "\u0000", "\u202e", "\ud800", "😀" * 64, "1e5", "6.2E+18", "NaN",
    0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**400, 0.1, 1e308, True, False, [], {}, [[]], {"a": []},
    "2026-06-01", "2026-06-01T09:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z",
    "CASH", "MERCHANT:1", "110", "account", "transfer", "allow",
)  # fmt: skip
LITERALS = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"9" * 4_000,
    b"0x10",
    b"01",
    b"'a'",
    b"[" * 3_000,
)


def bent(rng: random.Random, rows: Sequence[dict[str, Any]]) -> bytes:
    """One line that began as a row of a town."""
    row = dict(rng.choice(rows))
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
        name = rng.choice(list(row))
        way = rng.randrange(7)
        if way == 0:
            row.pop(name)
        elif way == 1:
            row["".join(rng.choices(string.ascii_lowercase, k=5))] = rng.choice(STRANGE)
        elif way == 2:
            row[name] = rng.choice(rows).get(name)
        elif way == 3 and isinstance(row[name], int):
            row[name] = row[name] * rng.choice((-1, 0, 10, 10**6)) + rng.choice((-1, 0, 1))
        else:
            row[name] = rng.choice(STRANGE)
        if not row:
            break
    return _encoded(rng, row)


def _encoded(rng: random.Random, row: dict[str, Any]) -> bytes:
    try:
        raw = msgspec.json.encode(row)
    except (ValueError, OverflowError, UnicodeEncodeError):
        import json

        raw = json.dumps(row).encode("utf-8", "surrogatepass")
    way = rng.randrange(30)
    at = rng.randrange(len(raw) + 1)
    if way == 0:
        return raw[:at]
    if way == 1:
        return raw[:at] + bytes(rng.randrange(256) for _ in range(3)) + raw[at:]
    if way == 2:
        return raw[:-1] + b"," + raw[1:]  # every key twice
    if way == 3:
        return raw.replace(b":", b":" + rng.choice(LITERALS) + b",", 1)
    if way == 4:
        return b'{"kind":' * 500 + raw
    return raw


def lines(seed: int, count: int, rows: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """So many lines, the same from the same seed; one in ten is noise."""
    rng = random.Random(seed)
    for _ in range(count):
        if rng.random() < 0.1:
            yield rng.randbytes(rng.randrange(1, 200)).replace(b"\n", b" ")
        else:
            yield bent(rng, rows).replace(b"\n", b" ")
