"""What goes into the ledger and comes out of it: records, who looks at them, and what must be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from duanka.errors import BadInput, Conflict, NotFound
from duanka.store.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.store.chain import Link

EVERY = "*"
"""In a viewer's institutions or regions: all of them."""


@dataclass(frozen=True)
class Viewer:
    """Who acts or looks, in which roles, and which records are theirs to see.

    A record is seen if its institution is among `institutions` and it lies in one of `regions`. Both
    must be said; `*` stands for all of them, and nothing for none. A region is a district code of
    GB/T 2260: 990000 holds 990100 holds 990101.

    Raises: BadInput if a region is no code.
    """

    user_id: str
    roles: tuple[str, ...]
    institutions: tuple[str, ...]
    regions: tuple[str, ...]

    def __post_init__(self) -> None:
        for code in self.regions:
            if code != EVERY and not (len(code) == 6 and code.isascii() and code.isdigit()):
                raise BadInput(
                    f"{code!r} is no region", where="scope of a user", fix="six digits, or *"
                )
        if not self.user_id:
            raise BadInput("nobody acts", where="scope of a user", fix="name the user")

    def sees(self, institution_id: str, region_code: str) -> bool:
        """Whether a record of this institution and region is theirs to see."""
        mine = EVERY in self.institutions or institution_id in self.institutions
        return mine and any(
            one == EVERY or region_code.startswith(stem(one)) for one in self.regions
        )

    def has(self, *roles: str) -> bool:
        """Whether they hold one of the roles."""
        return bool(set(roles) & set(self.roles))


def stem(region_code: str) -> str:
    """The digits that every district inside a region begins with.

    Example:
        >>> stem("990000"), stem("990100"), stem("990101")
        ('99', '9901', '990101')
    """
    for end in (2, 4):
        if region_code[end:] == "0" * (6 - end):
            return region_code[:end]
    return region_code


@dataclass(frozen=True)
class Record:
    """One record as it stands: an order, a case, an appeal, a notice, whatever a room keeps.

    Columns: `about` names what it is about, such as `account:A1`; `parent_id` the record it belongs
        to; `weight` orders a queue, heaviest first; `is_open` tells that something is left to do;
        `body` is open, `personal` sealed (None until somebody looks); `version` 0 is not yet kept.
    """

    kind: str
    id: str
    institution_id: str
    region_code: str
    state: str
    body: Mapping[str, Any]
    about: str = ""
    parent_id: str = ""
    assigned_to: str = ""
    due_at: datetime | None = None
    weight: int = 0
    is_open: bool = True
    version: int = 0
    changed_at: datetime | None = None
    sealed: str = ""
    personal: Mapping[str, Any] | None = field(default=None, repr=False)

    def but(self, state: str | None = None, /, **changed: Any) -> Record:
        """The record in another state, with these things of its body changed."""
        return replace(
            self, state=self.state if state is None else state, body={**self.body, **changed}
        )


@dataclass(frozen=True)
class Message:
    """Something to be sent: where it goes is the topic's business, `key` makes it one and the same."""

    key: str
    topic: str
    body: Mapping[str, Any]
    record_kind: str = ""
    record_id: str = ""
    due_at: datetime | None = None
    id: int = 0
    attempts: int = 0


def micros(at: datetime) -> int:
    """The instant as UTC microseconds.

    Raises: BadInput if it does not say its offset.
    """
    if at.tzinfo is None:
        raise BadInput("an instant without offset", where="ledger", fix="pass aware instants")
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(at: int) -> datetime:
    """The instant of so many UTC microseconds."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)


def image(row: Mapping[Any, Any]) -> str:
    """What history keeps of a record: every column that says something, as canonical JSON."""
    told = [row[name] for name in _TOLD]
    return msgspec.json.encode([*told, msgspec.Raw(row["body"].encode())]).decode()


_TOLD = (
    "institution_id",
    "region_code",
    "state",
    "is_open",
    "due_at",
    "weight",
    "about",
    "parent_id",
    "assigned_to",
    "changed_at",
)


def pictured(link: Link) -> Record:
    """The record as a row of its history shows it.

    Raises: BadInput if the row shows no record, as a look or an export does.
    """
    told = json.loads(link.image)
    if not isinstance(told, list):
        raise BadInput(f"row {link.seq} shows no record", where="history", fix="ask another row")
    row = dict(zip((*_TOLD, "body"), told, strict=True))
    row |= {"kind": link.kind, "id": link.id, "version": link.version, "sealed": link.sealed}
    return record({**row, "body": json.dumps(row["body"])})


def record(row: Mapping[Any, Any]) -> Record:
    """The record that a row of the table holds."""
    due_at, changed_at = row["due_at"], row["changed_at"]
    return Record(
        kind=row["kind"],
        id=row["id"],
        institution_id=row["institution_id"],
        region_code=row["region_code"],
        state=row["state"],
        body=msgspec.json.decode(row["body"]),
        about=row["about"],
        parent_id=row["parent_id"],
        assigned_to=row["assigned_to"],
        due_at=None if due_at is None else instant(due_at),
        weight=row["weight"],
        is_open=bool(row["is_open"]),
        version=row["version"],
        changed_at=instant(changed_at),
        sealed=row["sealed"],
    )


def row_of(kept: Record, at: datetime) -> dict[str, Any]:
    """The row of the table that holds the record from now on, one version further.

    Raises: BadInput if an id holds a NUL, or the body cannot be written down.
    """
    for name in (kept.kind, kept.id, kept.institution_id, kept.about):
        if "\0" in name:
            raise BadInput("a NUL in an id", where=kept.kind, fix="take it out")
    return {
        "kind": kept.kind,
        "id": kept.id,
        "version": kept.version + 1,
        "institution_id": kept.institution_id,
        "region_code": kept.region_code,
        "state": kept.state,
        "is_open": int(kept.is_open),
        "due_at": None if kept.due_at is None else micros(kept.due_at),
        "weight": int(kept.weight),
        "about": kept.about,
        "parent_id": kept.parent_id,
        "assigned_to": kept.assigned_to,
        "body": canonical(dict(kept.body)),
        "sealed": kept.sealed,
        "changed_at": micros(at),
    }


def no_such(kind: str, id_: str) -> NotFound:
    """The fault of a record that is not there, or not the viewer's to see: nobody learns which."""
    return NotFound(
        f"no {kind} {id_}", where="ledger", fix="see that the id is right and is yours to see"
    )


def stale(kind: str, id_: str) -> Conflict:
    """The fault of who was slower than somebody else."""
    return Conflict(
        f"{kind} {id_} has changed since you looked",
        where="ledger",
        fix="look at it again, then decide",
    )
