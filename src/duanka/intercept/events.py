"""What may happen at the live door: one JSON object an event, read by the contract's own columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from duanka import tables
from duanka.errors import BadInput
from duanka.intercept import faults
from duanka.tables.column import ID_LENGTH
from duanka.tables.words import CARD_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.tables import ColumnInfo

ANSWERED = ("transfer", "call", "opening")
"""Kinds that are answered; of the others the door takes note."""
REGISTER = ("institution", "outlet", "staff", "person", "organisation", "account", "sim")
ORDERED = (
    "verify_transaction",
    "reverify_identity",
    "delay_settlement",
    "receive_only",
    "stop_non_counter",
    "restrict",
    "suspend",
    "stop_payment",
    "freeze",
)
"""Measures that an order may put in force."""
STATES = ("in_force", "lifted", "expired")
TOLD = ("order", "discipline")
"""What the ledger of cases tells a door."""
KINDS = (*tables.INPUTS, *TOLD)
"""Every kind of event: the input tables of the contract, orders, and discipline."""
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_asdict = msgspec.structs.asdict
LARGEST = 2**53 - 1
"""Whole numbers above this do not survive every JSON reader."""
_OWN_ID = {
    "transfer": "transfer_id",
    "call": "call_id",
    "message": "message_id",
    "opening": "opening_id",
    "lead": "lead_id",
}


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event as the door keeps it.

    Columns: `event_id` the contract's id, or a digest of the row where rows have none; `at` when it was
        known; `row` the contract's columns; `key` what a repeated delivery is recognised by.
    Units: `at` and every instant in `row` UTC microseconds; `at` is 0 of a standing fact without a time.
    """

    kind: str
    event_id: str
    at: int
    row: dict[str, Any]
    raw: bytes
    key: bytes


def _told_columns(told: str) -> tuple[ColumnInfo, ...]:
    is_order = told == "order"

    def one(name: str, kind: str, zh: str, en: str, words: tuple[str, ...] = ()) -> ColumnInfo:
        needed = name != "legal_basis" and not (is_order and name == "expires_at")
        return tables.ColumnInfo(name, kind, needed, zh, en, words)

    span = (
        one("state", "word", "状态", "state", STATES),
        one("starts_at", "at", "生效时间", "from when"),
        one("expires_at", "at", "失效时间", "until when"),
        one("legal_basis", "text", "法律依据", "legal basis"),
    )
    if not is_order:
        return (
            one("discipline_id", "id", "惩戒编号", "discipline"),
            one("person_id", "id", "人员编号", "person"),
            one("measure", "id", "惩戒措施", "measure of discipline"),
            *span,
        )
    return (
        one("order_id", "id", "管控措施编号", "order"),
        one("card_kind", "word", "卡类别", "kind of card", CARD_KINDS),
        one("card_id", "id", "卡编号", "card"),
        one("measure", "word", "措施", "measure", ORDERED),
        *span,
    )


@cache
def columns(kind: str) -> tuple[ColumnInfo, ...]:
    """What an event of the kind may say, in contract order."""
    return _told_columns(kind) if kind in TOLD else tables.columns(kind)


_TYPES: dict[str, Any] = {
    "id": Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LENGTH)],
    "text": Annotated[str, msgspec.Meta(max_length=faults.TEXT_LENGTH)],
    "at": Annotated[datetime, msgspec.Meta(tz=True)],
    "on": date,
    "flag": bool,
    "region": Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$")],
}


def _type_of(info: ColumnInfo) -> Any:
    if info.words:
        kind: Any = Literal[info.words]
    elif info.kind in {"fen", "s", "int"}:
        least = -LARGEST if info.least is None else info.least
        kind = Annotated[int, msgspec.Meta(ge=least, le=LARGEST)]
    else:
        kind = _TYPES[info.kind]
    return kind if info.required else kind | None


@cache
def record(kind: str) -> type[msgspec.Struct]:
    """The msgspec record of a kind, made from the contract's columns; its JSON schema is the door's."""
    needed = [i for i in columns(kind) if i.required]
    fields: list[Any] = [(i.name, _type_of(i)) for i in needed]
    fields += [(i.name, _type_of(i), None) for i in columns(kind) if not i.required]
    return msgspec.defstruct(
        "".join(word.capitalize() for word in kind.split("_")),
        fields,
        tag_field="kind",
        tag=kind,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON schema of an event of any kind, and the schemas it refers to by name."""
    union: Any = record(KINDS[0])
    for kind in KINDS[1:]:
        union = union | record(kind)
    (whole,), parts = msgspec.json.schema_components(
        [union], ref_template="#/components/schemas/{name}"
    )
    return whole, parts


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    union: Any = record(KINDS[0])
    for kind in KINDS[1:]:
        union = union | record(kind)
    return msgspec.json.Decoder(union)


class _Plan(msgspec.Struct, frozen=True):
    """What reading an event of a kind needs to know, looked up once."""

    kind: str
    times: tuple[str, ...]
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    time: str
    own_id: str
    shown_id: str


@cache
def _plan(kind: str) -> _Plan:
    def named(column_kind: str) -> tuple[str, ...]:
        return tuple(i.name for i in columns(kind) if i.kind == column_kind)

    time = "starts_at" if kind in TOLD else tables.time_of(kind) or ""
    primary = f"{kind}_id" if kind in TOLD else next(iter(tables.PRIMARY[kind]), "")
    ids, own = named("id"), _OWN_ID.get(kind, "")
    return _Plan(kind, named("at"), ids, named("text"), time, own, primary)


@cache
def _plans() -> dict[type[msgspec.Struct], _Plan]:
    return {record(kind): _plan(kind) for kind in KINDS}


def decode(raw: bytes) -> Event:
    """The event that the bytes of one JSON object tell.

    Raises: BadInput with every fault of the object, values masked.
    """
    try:
        found = _decoder().decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        worded = _flags_in_words(raw)
        if worded is None:
            raise _told(raw, str(error)) from None
        return decode(worded)
    plan = _plans()[type(found)]
    row = _asdict(found)
    for name in plan.times:
        if (instant := row[name]) is not None:
            row[name] = at = (instant - _EPOCH) // _MICROSECOND
            if not faults.EARLIEST <= at < faults.LATEST:
                raise _told(raw, "an instant is out of range")
    ids = "".join([row[name] or "" for name in plan.ids])
    strange = not ids.isprintable() or " " in ids or "E+" in ids
    if strange or (plan.texts and any("\0" in (row[name] or "") for name in plan.texts)):
        found_faults = faults.find(raw, columns)
        if found_faults:
            raise _refused(found_faults)
    return _event(plan, row, raw)


def _flags_in_words(raw: bytes) -> bytes | None:
    """The object with true and false for 1 and 0, which the contract allows too; None if it has none."""
    try:
        told = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("kind") not in KINDS:
        return None
    flags = {
        info.name: bool(told[info.name])
        for info in columns(told["kind"])
        if info.kind == "flag" and type(told.get(info.name)) is int and told[info.name] in {0, 1}
    }
    return msgspec.json.encode({**told, **flags}) if flags else None


def _told(raw: bytes, told: str) -> BadInput:
    return _refused(
        faults.find(raw, columns) or [faults.Fault("", "bad_json", told.split("'", maxsplit=1)[0])]
    )


def _refused(found: list[faults.Fault]) -> BadInput:
    return BadInput(
        f"the event has {len(found)} fault{'s' if len(found) > 1 else ''}",
        where="; ".join(str(one) for one in found),
        fix="send one JSON object with its kind and the columns of the data dictionary",
    )


def of_row(kind: str, row: Mapping[str, Any]) -> Event:
    """The event of a contract row as tables hold it: instants as datetimes with a zone; nulls left out."""
    told = {name: value for name, value in row.items() if value is not None}
    return decode(msgspec.json.encode({"kind": kind, **told}))


def _event(plan: _Plan, row: dict[str, Any], raw: bytes) -> Event:
    at = row[plan.time] if plan.time else 0
    if plan.own_id:
        name = row[plan.own_id]
        key = blake2b(f"{plan.kind}\0{name}".encode(), digest_size=16).digest()
    else:
        told = msgspec.json.encode([plan.kind, *row.values()])
        key = blake2b(told, digest_size=16).digest()
        name = row[plan.shown_id] if plan.shown_id else key.hex()
    return Event(plan.kind, name, at, row, raw, key)


def key_of(kind: str, event_id: str) -> bytes:
    """What a repeated delivery of an event with an id of its own is recognised by."""
    return blake2b(f"{kind}\0{event_id}".encode(), digest_size=16).digest()


def micros(instant: datetime) -> int:
    """The instant in UTC microseconds, exactly."""
    return (instant - _EPOCH) // _MICROSECOND
