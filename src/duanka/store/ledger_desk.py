"""A desk at the ledger: one person or job, one purpose, one instant, one transaction, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.store import chain, ledger_outbox, ledger_scope
from duanka.store.chain import Link, canonical
from duanka.store.ledger_rows import (
    Message,
    Record,
    Viewer,
    image,
    micros,
    no_such,
    record,
    row_of,
    stale,
)
from duanka.store.ledger_tables import DONE, HEAD, HISTORY, RECORD, SEALED
from duanka.store.seal import KeyRing, Sealed, opened, seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from duanka.store.ledger_scope import Wanted

LOOK, EXPORT, ERASE = "look", "export", "erase"
"""Acts that change no record: personal data seen, taken out, and erased."""


class Desk:
    """What one viewer does at one instant for one purpose; it is kept when the desk is left without fault.

    Made by `Ledger.desk` to act and by `Ledger.read` to see; the latter writes nothing down.
    """

    def __init__(
        self,
        connection: sa.Connection,
        ring: KeyRing,
        viewer: Viewer,
        *,
        at: datetime,
        purpose: str,
    ) -> None:
        self.viewer = viewer
        self.at = at
        self.purpose = purpose
        self._connection = connection
        self._ring = ring
        self._pending: list[tuple[Any, ...]] = []
        self._head: tuple[int, bytes] | None = None

    # what may be seen

    def get(self, kind: str, id_: str, *, version: int | None = None) -> Record:
        """The record, without its personal part.

        Raises: NotFound if there is none, or it is not the viewer's to see; Conflict if it has another
            version than the one the viewer last saw.
        """
        row = self._connection.execute(ledger_scope.one(self.viewer, kind, id_)).mappings().first()
        if row is None:
            raise no_such(kind, id_)
        if version is not None and row["version"] != version:
            raise stale(kind, id_)
        return record(row)

    def has(self, kind: str, id_: str) -> bool:
        """Whether there is such a record that the viewer may see."""
        return (
            self._connection.execute(ledger_scope.one(self.viewer, kind, id_)).first() is not None
        )

    def find(self, wanted: Wanted, *, limit: int = 1000, after: str = "") -> list[Record]:
        """The records wanted, by id, from the one after `after`."""
        asked = ledger_scope.listed(self.viewer, wanted, limit=limit, after=after)
        return [record(row) for row in self._connection.execute(asked).mappings()]

    def each(self, wanted: Wanted) -> Iterator[Record]:
        """All the records wanted, by id, fetched a thousand at a time."""
        after = ""
        while found := self.find(wanted, after=after):
            yield from found
            after = found[-1].id

    def queue(self, wanted: Wanted, *, limit: int = 50) -> list[Record]:
        """What is left to do, the heaviest first."""
        asked = ledger_scope.heaviest(self.viewer, wanted, limit=limit)
        return [record(row) for row in self._connection.execute(asked).mappings()]

    def count(self, wanted: Wanted) -> dict[str, int]:
        """How many records are wanted, by state."""
        asked = ledger_scope.counted(self.viewer, wanted)
        return {state: count for state, count in self._connection.execute(asked)}  # noqa: C416

    def seen(
        self, *, acts: Sequence[str] = (LOOK, EXPORT), by: str = "purpose"
    ) -> list[tuple[str, str, str, int]]:
        """How often personal data were looked at or taken out, or an act done: by act, kind, and purpose or actor."""
        asked = ledger_scope.acts(self.viewer, acts, by)
        return [(act, kind, who, n) for act, kind, who, n in self._connection.execute(asked)]

    def lately(self, acts: Sequence[str], since: datetime) -> dict[tuple[str, str], int]:
        """How often each act was done since an instant, by act and kind of record; of each the last thousand count."""
        asked = {act: ledger_scope.lately(self.viewer, act, since, most=1000) for act in acts}
        rows = {act: self._connection.execute(one).all() for act, one in asked.items()}
        return {(act, kind): count for act in acts for kind, count in rows[act]}

    def looks(self, *, before: int | None = None, limit: int = 50) -> list[Link]:
        """The last looks at personal data and exports, newest first, before a row where one is named."""
        found = [
            Link(*row)
            for act in (LOOK, EXPORT)
            for row in self._connection.execute(
                ledger_scope.latest(self.viewer, act, before=before, limit=limit)
            )
        ]
        return sorted(found, key=lambda link: -link.seq)[:limit]

    def history(self, kind: str, id_: str) -> list[Link]:
        """Everything that was ever done to the record or seen of it, in order.

        Raises: NotFound if it is not the viewer's to see.
        """
        self.get(kind, id_)
        self.flush()
        asked = sa.select(*HISTORY.c).where(HISTORY.c.kind == kind, HISTORY.c.id == id_)
        return [Link(*row) for row in self._connection.execute(asked.order_by(HISTORY.c.seq))]

    def look(self, kind: str, id_: str) -> Record:
        """The record with its personal part; that it was looked at, and what for, is written down.

        Raises: NotFound; NotAllowed without a purpose.
        """
        found = self.get(kind, id_)
        self._write(kind, id_, found.version, act=LOOK, image=canonical({}))
        return replace(found, personal=self._opened(found.sealed))

    # what may be done

    def write(
        self, changed: Record, *, act: str, personal: Mapping[str, Any] | None = None
    ) -> Record:
        """The record as it is kept from now on, one version further; `personal` None keeps what is sealed.

        Raises: Conflict if somebody else was quicker; NotAllowed outside the viewer's scope or without
            a purpose; BadInput if it breaks a wall of the database.
        """
        if not self.viewer.sees(changed.institution_id, changed.region_code):
            raise NotAllowed(
                f"{changed.kind} {changed.id} is not yours to write",
                where="scope of the user",
                fix="ask somebody of that institution and region",
            )
        kept = changed if personal is None else self._sealed(changed, personal)
        row = row_of(kept, self.at)
        seq = self._write(
            kept.kind, kept.id, row["version"], act=act, image=image(row), sealed=kept.sealed
        )
        try:
            self._put(row | {"seq": seq}, before=changed.version)
        except IntegrityError as error:
            raise _refused(changed, error) from error
        return replace(kept, version=row["version"], changed_at=self.at, personal=personal)

    def note(self, found: Record, *, act: str, details: Mapping[str, Any]) -> None:
        """Writes down an act that leaves the record as it is, such as an export.

        Raises: NotFound if the record is not the viewer's to see.
        """
        if not self.viewer.sees(found.institution_id, found.region_code):
            raise no_such(found.kind, found.id)
        self._write(found.kind, found.id, found.version, act=act, image=canonical(dict(details)))

    def note_of_ledger(self, *, act: str, details: Mapping[str, Any]) -> None:
        """Writes down an act that is about no single record, such as a search."""
        self._write("ledger", "", 0, act=act, image=canonical(dict(details)))

    def row(self, seq: int) -> Link:
        """The row of history of this number; NotFound if its record is not the viewer's to see."""
        found = self._connection.execute(sa.select(*HISTORY.c).where(HISTORY.c.seq == seq)).first()
        if found is None or not self.has(found.kind, found.id):
            raise no_such("row", str(seq))
        return Link(*found)

    def erase(self, found: Record) -> int:
        """How many sealed parts of the record were erased; history keeps its commitments, and this act."""
        mine = (SEALED.c.kind == found.kind) & (SEALED.c.id == found.id)
        digests = sorted(self._connection.scalars(sa.select(SEALED.c.digest).where(mine)))
        if digests:
            self.note(found, act=ERASE, details={"erased": digests})
            self._connection.execute(sa.delete(SEALED).where(mine))
        return len(digests)

    def send(self, message: Message) -> None:
        """Puts something into the outbox; the same key twice is one message."""
        self._must_say_why()
        ledger_outbox.put(self._connection, message, self.at)

    def done(self, key: str) -> str | None:
        """What came of it when this was done before; None if it was not."""
        return self._connection.scalar(sa.select(DONE.c.result).where(DONE.c.key == key))

    def remember(self, key: str, result: str) -> None:
        """Remembers that this is done.

        Raises: Conflict if somebody did it at the same time.
        """
        row = {"key": key, "result": result, "at": micros(self.at)}
        try:
            self._connection.execute(sa.insert(DONE), row)
        except IntegrityError as error:
            raise Conflict(f"{key} is being done by somebody else", fix="look again") from error

    def flush(self) -> None:
        """Writes the rows of history that wait."""
        if not self._pending:
            return
        mac = chain.mac_of(self._ring.suite, self._ring.chain)
        _, last = self._place()
        links = []
        for row in self._pending:
            links.append(chain.link(row, last, mac))
            last = links[-1].hash
        self._connection.execute(sa.insert(HISTORY), [vars(one) for one in links])
        self._head = (links[-1].seq, last)
        self._connection.execute(sa.update(HEAD).values(seq=self._head[0], hash=last))
        self._pending = []

    def _place(self) -> tuple[int, bytes]:
        """Where history ends; from here to the end of the transaction nobody else may append."""
        if self._head is None:
            head = self._connection.execute(sa.select(HEAD.c.seq, HEAD.c.hash).with_for_update())
            seq, last = head.one()
            self._head = (seq, last)
        return self._head

    def _write(
        self, kind: str, id_: str, version: int, *, act: str, image: str, sealed: str = ""
    ) -> int:
        self._must_say_why()
        seq = self._place()[0] + len(self._pending) + 1
        who = (act, self.viewer.user_id, self.purpose, micros(self.at))
        self._pending.append((seq, kind, id_, version, *who, image, sealed))
        return seq

    def _put(self, row: dict[str, Any], before: int) -> None:
        if before == 0:
            self._connection.execute(sa.insert(RECORD), row)
            return
        same = (RECORD.c.kind == row["kind"]) & (RECORD.c.id == row["id"])
        changed = {name: value for name, value in row.items() if name not in {"kind", "id"}}
        # the old row must be the viewer's too: nobody takes a record by moving it into their scope
        mine = sa.and_(same, RECORD.c.version == before, *ledger_scope.within(self.viewer))
        if self._connection.execute(sa.update(RECORD).where(mine).values(changed)).rowcount != 1:
            raise stale(row["kind"], row["id"])

    def _sealed(self, changed: Record, personal: Mapping[str, Any]) -> Record:
        if not personal:
            return replace(changed, sealed="")
        made = seal(dict(personal), self._ring)
        row = {
            "digest": made.digest,
            "kind": changed.kind,
            "id": changed.id,
            "key_id": made.key_id,
            "ciphertext": made.ciphertext,
        }
        self._connection.execute(sa.insert(SEALED), row)
        return replace(changed, sealed=made.digest)

    def _opened(self, digest: str) -> dict[str, Any]:
        asked = sa.select(SEALED.c.key_id, SEALED.c.ciphertext).where(SEALED.c.digest == digest)
        row = self._connection.execute(asked).first() if digest else None
        return {} if row is None else opened(Sealed(digest, row[0], row[1]), self._ring)

    def _must_say_why(self) -> None:
        if not self.purpose.strip():
            raise NotAllowed(
                "this needs a purpose", where="ledger", fix="say in a few words what it is for"
            )


def _refused(changed: Record, error: IntegrityError) -> Conflict | BadInput:
    if "lacks_nothing" in str(error.orig):
        return BadInput(
            f"{changed.kind} {changed.id} lacks reason, basis, notice, appeal path, expiry or document",
            where="wall of the database",
            fix="give all of them; none can be left for later",
        )
    return stale(changed.kind, changed.id)
