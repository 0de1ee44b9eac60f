"""A console to look at: a small run's tables, a ledger with its cases, and a user of each role."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx2
import polars as pl
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from desks import FOUND
from duanka import tables
from duanka.cases import case, order
from duanka.cases.case import Alerts
from duanka.policy import dated
from duanka.store.ledger import SYSTEM, Ledger, Viewer
from duanka.web import people
from duanka.web.console import make_console
from duanka.web.findings import Findings
from duanka.web.people import ROLES, add_user
from ledgers import AT, ledger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WORD = "correct horse battery"
# Argon2 as it is, but cheap: every module of these tests lets nine users in. tests/web/test_people.py asks the real price.
people._HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
EVERYWHERE = (("*",), ("*",))


class Clock:
    """An instant that tests move."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Console:
    """The app with what it stands on."""

    app: Any
    book: Ledger
    clock: Clock
    findings: Findings

    def client(self) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://console")

    @asynccontextmanager
    async def entered(self, name: str = "analyst") -> AsyncIterator[httpx2.AsyncClient]:
        """A client that has entered as the user."""
        async with self.client() as client:
            answer = await client.post("/login", data={"name": name, "password": WORD})
            assert answer.status_code == 303, answer.text
            yield client


@cache
def _policy() -> dated.Policy:
    return dated.load([])


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """A table of the contract as a file of the folder."""
    columns = [info.name for info in tables.columns(name)]
    frame = (
        pl.DataFrame({c: [r.get(c) for r in rows] for c in columns}) if rows else tables.empty(name)
    )
    tables.typed(name, frame).write_parquet(folder / f"{name}.parquet")


def small_run(folder: Path) -> Findings:
    """A run of three cards, of which one is of high risk."""
    out, data = folder / "out", folder / "data"
    out.mkdir()
    data.mkdir()
    cards = [
        ("account", "A1", 0.93, "high_risk"),
        ("account", "A2", 0.1, "suspicious"),
        ("sim", "S1", 0.001, "normal"),
    ]
    write(
        out,
        "score",
        [
            {"card_kind": kind, "card_id": card, "as_of": AT, "score": score, "tier": tier, "measure": "delay_settlement" if tier == "high_risk" else "allow", "reasons": ["in_first_count_7d"], "model_version": "m", "policy_version": "p"}
            for kind, card, score, tier in cards
        ],
    )  # fmt: skip
    write(data, "account", [{"account_id": a, "holder_id": "P1", "institution_id": "bank_1", "account_kind": "class_1", "opened_at": AT - timedelta(days=900), "outlet_id": "O1"} for a in ("A1", "A2")])  # fmt: skip
    write(data, "outlet", [{"outlet_id": "O1", "institution_id": "bank_1", "region_code": "990101", "outlet_kind": "branch"}])  # fmt: skip
    return Findings(out, data)


def console(folder: Path, findings: Findings | None = None) -> Console:
    """A console on SQLite with a user of each role, named by it, and `stranger` of another bank."""
    book, clock = ledger("sqlite", folder), Clock()
    for role in ROLES:
        add_user(book, Viewer(role, (role,), *EVERYWHERE), WORD, at=AT)
    add_user(book, Viewer("stranger", ("analyst",), ("bank_2",), ("*",)), WORD, at=AT)
    found = findings or small_run(folder)
    return Console(make_console(found, book, _policy(), clock=clock), book, clock, found)


def with_case(room: Console) -> tuple[str, str]:
    """A case about account A1 with a proposed order: their ids."""
    found = Alerts("holder", "P1", (FOUND,))
    with room.book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        opened = case.open_case(desk, found, _policy())
        made = order.propose(desk, FOUND, _policy(), case_id=opened.id)
    return opened.id, made.id


def token_of(page: str) -> str:
    """The token that a page's forms carry."""
    return re.search(r'name="token" value="([^"]+)"', page)[1]  # type: ignore[index]


def version_of(page: str, act: str) -> str:
    """The version in the form of an act."""
    return re.search(
        rf'name="act" value="{act}"><input type="hidden" name="version" value="(\d+)"', page
    )[1]  # type: ignore[index]


def once_of(page: str) -> str:
    """The mark of a form that is to be done once."""
    return re.search(r'name="once" value="([^"]+)"', page)[1]  # type: ignore[index]
