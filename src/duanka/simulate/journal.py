"""What happened, in columns: moves of money, calls, messages and sightings before they get ids."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.simulate.rhythm import Flags, Ints

CHANNELS = ("counter", "atm", "mobile", "web", "pos", "qr", "third_party")
COUNTER, ATM, MOBILE, WEB, POS, QR, THIRD = range(7)
MEMOS = ("salary", "pension", "social_insurance", "medical", "utility", "tax", "rent", "purchase",
         "personal", "refund", "other")  # fmt: skip
(SALARY, PENSION, SOCIAL, MEDICAL, UTILITY, TAX, RENT, PURCHASE, PERSONAL, REFUND,
 OTHER) = range(11)  # fmt: skip
MESSAGES = ("personal", "code", "notice", "bulk")
WORDS, CODE, NOTICE, BULK = range(4)
PARTS = (
    "", "victim_payment", "layering", "cash_out", "test", "recruit_pay", "card_pay", "fraud_call",
    "funding", "proceeds", "recruit_call", "ring_call", "wage", "fraud_message", "control",
)  # fmt: skip
(HONEST, VICTIM_PAYMENT, LAYERING, CASH_OUT, TEST, RECRUIT_PAY, CARD_PAY, FRAUD_CALL, FUNDING,
 PROCEEDS, RECRUIT_CALL, RING_CALL, WAGE, FRAUD_MESSAGE, CONTROL) = range(15)  # fmt: skip


@dataclass(frozen=True)
class Moves:
    """Transfers; accounts by number, times in seconds from the first midnight."""

    at: Ints
    payer: Ints
    payee: Ints
    fen: Ints
    channel: Ints
    memo: Ints  # -1 unknown
    device: Ints  # -1 to be filled from the payer, -2 none
    region: Ints  # -1 to be filled from the payer, -2 none
    failed: Flags
    part: Ints
    ring: Ints  # -1 none


@dataclass(frozen=True)
class Calls:
    """Calls; SIMs by number."""

    at: Ints
    caller: Ints
    callee: Ints
    seconds: Ints
    device: Ints
    region: Ints
    roaming: Flags
    part: Ints
    ring: Ints


@dataclass(frozen=True)
class Messages:
    """Text messages; SIMs by number."""

    at: Ints
    sender: Ints
    receiver: Ints
    kind: Ints
    device: Ints
    part: Ints
    ring: Ints


@dataclass(frozen=True)
class Sightings:
    """Cards seen on devices: `sim` tells the kind of card."""

    at: Ints
    sim: Flags
    card: Ints
    device: Ints
    region: Ints
    network: Ints
    abroad: Flags
    part: Ints
    ring: Ints


_DEFAULTS = {
    "channel": 2, "memo": -1, "device": -1, "region": -1, "failed": False, "part": 0, "ring": -1,
    "roaming": False, "kind": 0, "network": -1, "abroad": False, "sim": False,
}  # fmt: skip
Record = TypeVar("Record", Moves, Calls, Messages, Sightings)


def rows(record: type[Record], count: int, **given: object) -> Record:
    """`count` rows of a record; a scalar is repeated, a missing column takes its default."""
    columns = {}
    for column in fields(record):
        kind = bool if column.name in {"failed", "roaming", "abroad", "sim"} else np.int64
        value = given.get(column.name, _DEFAULTS.get(column.name))
        columns[column.name] = np.broadcast_to(np.asarray(value), (count,)).astype(kind)
    return record(**columns)


def join(record: type[Record], parts: Sequence[Record]) -> Record:
    """All rows, one part after the other."""
    if not parts:
        return rows(record, 0, **dict.fromkeys((f.name for f in fields(record)), 0))
    return record(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(record)}
    )


def keep(record: Record, which: Flags | Ints) -> Record:
    """The rows chosen by a mask, or by numbers in their order."""
    return type(record)(**{f.name: getattr(record, f.name)[which] for f in fields(record)})
