"""The ledger (台账): records with versions, their append-only history, and what must be sent, in one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from duanka.errors import BadInput, Conflict
from duanka.store import chain, ledger_outbox, ledger_verify
from duanka.store.chain import mac_of
from duanka.store.ledger_desk import Desk
from duanka.store.ledger_open import engine, file_of, migrated, unavailable
from duanka.store.ledger_rows import EVERY, Message, Record, Viewer, instant, micros
from duanka.store.ledger_scope import Wanted
from duanka.store.ledger_tables import ABOUT, CHECKPOINT, DONE, HEAD, SEALED
from duanka.store.seal import KeyRing, Sealed, keep, load, new_ring, resealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from duanka.store.ledger_verify import Verified

__all__ = ["SYSTEM", "Desk", "Ledger", "Message", "Record", "Viewer", "Wanted", "open_ledger"]

SYSTEM = Viewer("system", ("system",), (EVERY,), (EVERY,))
"""Jobs act as this user: it sees every record, and may decide only what policy leaves to the system."""
_ROTATED_AT_ONCE = 500


class Ledger:
    """Commitments that nobody can quietly change, on SQLite or PostgreSQL.

    Example:
        with ledger.desk(viewer, at=now, purpose="review of an appeal") as desk:
            desk.write(desk.get("order", "O1").but("lifted"), act="lift")
    """

    def __init__(self, made: sa.Engine, ring: KeyRing) -> None:
        self._engine = made
        self.ring = ring

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    @property
    def dialect(self) -> str:
        """Which database it is: sqlite or postgresql."""
        return self._engine.dialect.name

    @contextmanager
    def desk(self, viewer: Viewer, *, at: datetime, purpose: str) -> Iterator[Desk]:
        """A desk to act at; all of it is kept when it is left, none of it if something fails.

        Raises: Unavailable if the database does not answer; what the acts raise.
        """
        with _told(), self._engine.begin() as connection:
            desk = Desk(connection, self.ring, viewer, at=at, purpose=purpose)
            yield desk
            desk.flush()

    @contextmanager
    def read(self, viewer: Viewer, *, at: datetime) -> Iterator[Desk]:
        """A desk to see from; nothing personal is shown here and nothing is written.

        Raises: Unavailable if the database does not answer.
        """
        with _told(), self._engine.connect().execution_options(reads_only=True) as connection:
            yield Desk(connection, self.ring, viewer, at=at, purpose="")

    def claim(
        self, sender: str, *, at: datetime, topics: Sequence[str] = (), limit: int = 100
    ) -> list[Message]:
        """Messages that are due, claimed for this sender for a minute."""
        with _told(), self._engine.begin() as connection:
            return ledger_outbox.claim(connection, sender, at, topics=topics, limit=limit)

    def sent(self, message: Message, *, at: datetime) -> None:
        """Writes down that a claimed message has gone."""
        with _told(), self._engine.begin() as connection:
            ledger_outbox.sent(connection, message, at)

    def failed(self, message: Message, *, at: datetime, fault: str) -> str:
        """The state of a message that could not be sent: waiting for another try, or given up."""
        with _told(), self._engine.begin() as connection:
            return ledger_outbox.failed(connection, message, at, fault)

    def outbox(self) -> dict[tuple[str, str], int]:
        """How many messages stand in which state, by (topic, state)."""
        with _told(), self._engine.connect().execution_options(reads_only=True) as connection:
            return ledger_outbox.counts(connection)

    def prune(self, prefixes: Sequence[str], *, before: datetime, at: datetime) -> int:
        """How many marks of what was done once, of these kinds and older than that, are no longer kept.

        That it was done is a row of history.
        """
        old = sa.or_(*(DONE.c.key.startswith(one, autoescape=True) for one in prefixes))
        with _told(), self._engine.begin() as connection:
            gone = sa.delete(DONE).where(old, DONE.c.at < micros(before))
            count = connection.execute(gone).rowcount
            if count:
                desk = Desk(connection, self.ring, SYSTEM, at=at, purpose="marks kept long enough")
                desk.note_of_ledger(act="prune", details={"count": count, "kinds": list(prefixes)})
                desk.flush()
            return count

    def checkpoint(self, *, at: datetime) -> dict[str, str | int]:
        """A signed word that history has come this far; keep a copy where the ledger's owner cannot reach it."""
        with _told(), self._engine.begin() as connection:
            head = connection.execute(sa.select(HEAD.c.seq, HEAD.c.hash).with_for_update()).one()
            text = chain.checkpoint_text(head.seq, head.hash, micros(at))
            kept = connection.execute(
                sa.select(*CHECKPOINT.c).where(CHECKPOINT.c.seq == head.seq)
            ).first()
            if kept is not None or head.seq == 0:
                return {} if kept is None else _told_of(tuple(kept))
            row = (head.seq, head.hash, micros(at), self.ring.public)
            signed = (*row, chain.sign(self.ring.signing, text))
            names = [column.name for column in CHECKPOINT.c]
            connection.execute(sa.insert(CHECKPOINT), dict(zip(names, signed, strict=True)))
            return _told_of(signed)

    def verify(
        self,
        *,
        anchors: Sequence[dict[str, str | int]] = (),
        say: Callable[[int, int], None] | None = None,
    ) -> Verified:
        """Whether every row stands as it was written, and where not.

        `anchors` are checkpoints kept elsewhere; `say` is told how many rows of how many are done.
        """
        with _told(), self._engine.connect().execution_options(reads_only=True) as connection:
            return ledger_verify.verify(connection, self.ring, anchors=anchors, say=say)

    def rotate(self, ring: KeyRing, *, at: datetime, viewer: Viewer = SYSTEM) -> int:
        """How many sealed parts went over to the ring's newest key; safe to run again after a stop.

        History hashes a commitment to what is sealed, not the ciphertext, so the chain stays whole.
        """
        moved = 0
        self.ring = ring
        while count := self._rotate_some(viewer, at):
            moved += count
        return moved

    def _rotate_some(self, viewer: Viewer, at: datetime) -> int:
        newest = self.ring.sealing[-1].key_id
        asked = sa.select(SEALED.c.digest, SEALED.c.key_id, SEALED.c.ciphertext)
        with _told(), self._engine.begin() as connection:
            old = asked.where(SEALED.c.key_id != newest).limit(_ROTATED_AT_ONCE)
            rows = connection.execute(old).all()
            for row in rows:
                fresh = resealed(Sealed(*row), self.ring)
                same = sa.update(SEALED).where(SEALED.c.digest == fresh.digest)
                connection.execute(same.values(key_id=newest, ciphertext=fresh.ciphertext))
            if rows:
                desk = Desk(connection, self.ring, viewer, at=at, purpose="rotation of keys")
                desk.note_of_ledger(act="rotate", details={"key_id": newest, "count": len(rows)})
                desk.flush()
            return len(rows)


def open_ledger(url: str, *, keys: Path | None = None, suite: str = "intl") -> Ledger:
    """The ledger at the URL, made if there is none: `ledger.db`, `sqlite:///…` or `postgresql://…`.

    The key file defaults to the SQLite file's name with `.keys` behind it, and is made with a new
    ledger of the suite. Without it personal fields stay sealed and history cannot be verified.

    Raises: BadInput if the URL or key file does not fit; Unavailable if the database does not answer.
    """
    place = keys or _beside(url)
    made = migrated(engine(url))
    with _told(), made.begin() as connection:
        known = {row.name: row.value for row in connection.execute(sa.select(ABOUT))}
        if not known and not place.exists():
            keep(new_ring(suite), place)
        ring = load(place)
        print_ = mac_of(ring.suite, ring.chain)(b"this ledger").hex()
        if not known:
            rows = [{"name": "suite", "value": ring.suite}, {"name": "key_print", "value": print_}]
            connection.execute(sa.insert(ABOUT), rows)
        elif known["key_print"] != print_:
            raise BadInput(
                "this key file belongs to another ledger",
                where=place.name,
                fix="name the file that was written when this ledger was made",
            )
    return Ledger(made, ring)


def _beside(url: str) -> Path:
    file = file_of(url) if engine(url) else None
    if file is None:
        raise BadInput(
            "a ledger that is not a file needs its key file named",
            where="ledger",
            fix="give it with --keys or DUANKA_LEDGER_KEYS",
        )
    return file.with_name(f"{file.name}.keys")


@contextmanager
def _told() -> Iterator[None]:
    """Turns the database's faults into the house's."""
    try:
        yield
    except OperationalError as error:
        if "deadlock" in str(error.orig) or "could not serialize" in str(error.orig):
            raise Conflict("somebody else was at it", where="ledger", fix="try again") from error
        raise unavailable(error) from error


def _told_of(row: tuple[int, bytes, int, bytes, bytes]) -> dict[str, str | int]:
    seq, hash_, at, public, signature = row
    return {
        "seq": seq,
        "hash": hash_.hex(),
        "at": at,
        "told_at": instant(at).isoformat(),
        "public_key": public.hex(),
        "signature": signature.hex(),
    }
