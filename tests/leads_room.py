"""Parties that exchange leads: their ledgers, their keys, and real servers that take each other's envelopes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import shell
from duanka.jobs.leads_exchange import Party
from duanka.leads import partner
from duanka.policy import dated
from duanka.store.ledger import SYSTEM
from duanka.web import exchange, serving
from duanka.web.access_log import AccessLog
from duanka.web.rates import Rates
from ledgers import AT, ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from duanka.policy.dated import Policy
    from duanka.store.ledger import Ledger, Record

OTHER = partner.own_keys(b"the secret of somebody else's ledger")
UNIT = ("bank_1", "990101")
LEAD = {
    "lead_id": "L1",
    "issued_at": AT.isoformat(),
    "issuer_id": "police_1",
    "card_kind": "account",
    "card_id": "A1",
    "loss_fen": 500,
}


@cache
def policy() -> Policy:
    return dated.load([])


class Clock:
    """A clock that tests set."""

    def __init__(self, at: datetime = AT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def enrolled(
    book: Ledger, party_id: str, *, kind: str, keys: Any = OTHER, may: Any = ("leads",), **more: str
) -> Record:
    """The partner, enrolled by the fingerprint of their introduction."""
    told = partner.introduction(keys, party_id=party_id, party_kind=kind, **more)
    with book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        return partner.enrol(desk, told, heard=partner.fingerprint(told), unit=UNIT, may=may)


def party_of(book: Ledger, party_id: str, clock: Clock, **more: Any) -> Party:
    """The party whose ledger it is."""
    return Party(book, party_id, lambda at: policy().at(at.date()), clock, **more)


@contextmanager
def served(party: Party, folder: Path, *, place: Any = None) -> Iterator[str]:
    """The address of a real server that takes envelopes for the party, on a thread of its own."""
    place = place or serving.Place(port=0)
    with serving.listen(place) as listener:
        up = threading.Event()
        app = exchange.make_app(party, AccessLog(folder), Rates())
        server = serving.server_of(app, place, announce=up.set)
        thread = threading.Thread(target=serving.serve, args=(server, listener))
        thread.start()
        assert up.wait(30)
        try:
            yield serving.address(listener, place)
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


@dataclass
class Two:
    """The police and a bank that exchange leads, and the clock of both."""

    police: Party
    bank: Party
    clock: Clock


@contextmanager
def two(folder: Path, *, dialect: str = "sqlite", more: Any = None) -> Iterator[Two]:
    """The police and a bank behind real servers, keys exchanged out of band; `more` is what the bank answers."""
    clock = Clock()
    books = [ledger(dialect, folder), ledger(dialect, folder)]
    names = (("police_1", "police"), ("bank_1", "bank"))
    parties = [
        party_of(book, name, clock, **(more or {} if name == "bank_1" else {}))
        for book, (name, _) in zip(books, names, strict=True)
    ]
    with (
        served(parties[0], folder / "police") as here,
        served(parties[1], folder / "bank") as there,
    ):
        for at, address in ((0, there), (1, here)):
            them, kind = names[1 - at]
            keys = parties[1 - at].keys
            enrolled(books[at], them, kind=kind, keys=keys, address=address, may=partner.MAY)
            mine = partner.introduction(
                parties[at].keys, party_id=names[at][0], party_kind="police"
            )
            with books[at].desk(SYSTEM, at=AT, purpose="a test") as desk:
                partner.settle(desk, mine)
        yield Two(*parties, clock)
    for book in books:
        book.close()


def typed(*last: str) -> Callable[..., tuple[int, str, str]]:
    """`duanka lead WORDS` with these words behind: exit code, what it said, and what went wrong."""

    def call(*words: str) -> tuple[int, str, str]:
        said = shell.duanka("lead", *words, *last)
        return said.code, said.out, said.err

    return call
