"""The ledger at size: a page of the queue, an order's own history, verification, and acts through the desk.

Filled past the desk, with rows that hang on one another as the desk's do: the desk's own speed is measured apart.
"""
# ruff: noqa: SLF001 - only past the desk can so many rows be filled in

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from measure import ROOT, keep, show

sys.path.insert(0, str(ROOT / "tests"))
import ledgers
from duanka.store import chain
from duanka.store.ledger import SYSTEM, Ledger, Record, Viewer, Wanted
from duanka.store.ledger_rows import image, row_of
from duanka.store.ledger_tables import HEAD, HISTORY, RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

QUICK, WHOLE = 20_000, 100_000
"""Orders; every order has ten rows of history. For a million say `--orders 1000000`, and have an hour."""
ROWS_EACH = 10
AT_ONCE = 20_000
INSTITUTIONS = 40


def rows(orders: int, book: Ledger) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Records and their history, in parts: one row that makes the record, nine that look at it."""
    mac, last, seq = chain.mac_of(book.ring.suite, book.ring.chain), chain.START, 0
    records: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    for i in range(orders):
        state = "in_force" if i % 5 else "lifted"
        body = {
            "because": "high_risk_card", "reasons": ["high_risk_card"], "legal_basis": "x",
            "notice_id": f"n{i}", "appeal_path": "counter", "starts_at": "a", "expires_at": "b",
            "kept": ["tax"], "authority": "officer", "measure": "restrict", "decided_by": ["o"],
        }  # fmt: skip
        made = Record(
            "order", f"o{i:08}", f"bank_{i % INSTITUTIONS}", f"99{i % 90:02}01", state, body,
            about=f"account:A{i}", due_at=ledgers.AT + timedelta(minutes=i),
            weight=(i * 7919) % 1_000_003, is_open=state == "in_force",
        )  # fmt: skip
        row = row_of(made, ledgers.AT)
        for j in range(ROWS_EACH):
            seq += 1
            act, told = ("enforce", image(row)) if j == 0 else ("look", "{}")
            link = chain.link(
                (seq, "order", made.id, 1, act, "bench", "a bench", 0, told, ""), last, mac
            )
            last = link.hash
            history.append(vars(link))
        records.append(row | {"seq": seq - ROWS_EACH + 1})
        if len(history) >= AT_ONCE:
            yield records, history
            records, history = [], []
    yield records, history


def fill(book: Ledger, orders: int) -> None:
    """Nothing; the ledger holds the rows, and its head stands at their end."""
    head = {"seq": 0, "hash": chain.START}
    for records, history in rows(orders, book):
        with book._engine.begin() as connection:
            _put(connection, RECORD, records)
            _put(connection, HISTORY, history)
        if history:
            head = {"seq": history[-1]["seq"], "hash": history[-1]["hash"]}
    with book._engine.begin() as connection:
        connection.execute(sa.update(HEAD).values(head))
    with book._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if book.dialect == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def _put(connection: sa.Connection, table: sa.Table, found: Sequence[dict[str, Any]]) -> None:
    if not found:
        return
    names = [column.name for column in table.c]
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        rows_of = [tuple(row[name] for name in names) for row in found]
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", rows_of)  # noqa: S608 - our own names
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in found:
            copy.write_row([row[name] for name in names])


def milliseconds(call: Callable[[], object], times: int = 60) -> tuple[float, float, float]:
    """Of a call: the median and the quickest by the clock, and the CPU time of this process."""
    call()
    took = []
    spent = time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        call()
        took.append((time.perf_counter() - begun) * 1000)
    spent = (time.process_time() - spent) * 1000 / times
    return statistics.median(took), min(took), spent


def asked(book: Ledger) -> dict[str, Callable[[], object]]:
    """What a page asks for, by who asks."""
    everybody = SYSTEM
    one = Viewer("one", (), ("bank_7",), ("*",))
    few = Viewer("few", (), ("bank_3", "bank_7", "bank_9"), ("990000",))
    narrow = Viewer("narrow", (), ("bank_7",), ("991100",))

    def page(viewer: Viewer) -> Callable[[], object]:
        def ask() -> object:
            with book.read(viewer, at=ledgers.AT) as desk:
                return desk.queue(Wanted("order"), limit=50)

        return ask

    def own() -> object:
        with book.read(SYSTEM, at=ledgers.AT) as desk:
            return desk.history("order", "o00000777")

    return {
        "queue, whole country": page(everybody),
        "queue, one bank": page(one),
        "queue, three banks": page(few),
        "queue, one bank in one city": page(narrow),
        "history of one order": own,
    }


def acts(book: Ledger, count: int) -> float:
    """Acts through the desk a CPU-second of this process, each a transaction of its own with a sealed part."""
    begun = time.process_time()
    for i in range(count):
        with book.desk(SYSTEM, at=ledgers.AT, purpose="a bench") as desk:
            made = Record("case", f"b{i}", "bank_1", "990101", "new", {"n": i})
            desk.write(made, act="open", personal={"name": "x"})
    return count / (time.process_time() - begun)


def bench(*, quick: bool, orders: int = 0, dialects: Sequence[str] = ledgers.BOTH) -> None:
    """Nothing; prints a table a database."""
    orders = orders or (QUICK if quick else WHOLE)
    found: dict[str, Any] = {"orders": orders, "history": orders * ROWS_EACH}
    for dialect in dialects:
        with tempfile.TemporaryDirectory() as folder:
            book = ledgers.ledger(dialect, Path(folder))
            found[dialect] = _one(book, orders)
            book.close()
    keep("speed_ledger", found)


def _one(book: Ledger, orders: int) -> dict[str, Any]:
    begun = time.process_time()
    fill(book, orders)
    filled = time.process_time() - begun
    told = {name: milliseconds(call) for name, call in asked(book).items()}
    begun = time.process_time()
    verified = book.verify()
    spent = time.process_time() - begun
    assert verified.whole, verified.faults[:3]
    plain = _plain(verified.rows)
    lines = [[name, *three] for name, three in told.items()]
    title = f"ledger on {book.dialect}: {orders:,} orders, {orders * ROWS_EACH:,} rows of history"
    show(title, ["question", "median ms", "quickest ms", "own CPU ms"], lines)
    speed = [
        ["verify, rows of history", verified.rows / spent],
        ["bare HMAC of as many messages", verified.rows / plain],
        ["acts through the desk", acts(book, 300)],
        ["(rows filled past the desk)", orders * ROWS_EACH / filled],
    ]
    show("a CPU-second of this process", ["what", "count"], speed)
    return {"ms": told, "per_cpu_s": {str(name): value for name, value in speed}}


def _plain(count: int) -> float:
    """The CPU-seconds of nothing but the keyed hash, of messages of a usual length."""
    mac, text = chain.mac_of("intl", b"k" * 32), b"x" * 300
    begun = time.process_time()
    for _ in range(count):
        mac(text)
    return time.process_time() - begun


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--orders", type=int, default=QUICK)
    reader.add_argument("--on", choices=ledgers.BOTH, action="append", help="default: both")
    asked_for = reader.parse_args()
    bench(quick=True, orders=asked_for.orders, dialects=asked_for.on or ledgers.BOTH)
