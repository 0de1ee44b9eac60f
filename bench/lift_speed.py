"""How long a lift takes from the ledger to the live door: real processes, until a payment passes that was stopped."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from http_speed import ours
from measure import ROOT, keep, show

sys.path.insert(0, str(ROOT / "tests"))
import desks
import ledgers
from duanka.cases import order
from duanka.store.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from http_speed import Host

MOST_S = 60


class Payer:
    """Whoever asks the door whether a payment from a card passes, one connection."""

    def __init__(self, host: Host) -> None:
        self._wire = http.client.HTTPConnection("127.0.0.1", host.port, timeout=MOST_S)
        self._token, self._count = host.token, 0

    def is_stopped(self, card: str) -> bool:
        self._count += 1
        told = {
            "kind": "transfer", "transfer_id": f"l{self._count}", "payer_id": card, "payee_id": "B1",
            "at": (ledgers.AT + timedelta(days=1, seconds=self._count)).isoformat(), "amount_fen": 100,
            "channel": "mobile",
        }  # fmt: skip
        heads = {"authorization": f"Bearer {self._token}", "prefer": "wait"}
        self._wire.request("POST", "/v1/events", msgspec.json.encode(told), heads)
        said: dict[str, Any] = msgspec.json.decode(self._wire.getresponse().read())
        return said["because"] == "order_in_force"

    def until(self, card: str, *, stopped: bool) -> float:
        """Seconds until the door says so; how many it asked in between is how fine the figure is."""
        begun = time.perf_counter()
        while self.is_stopped(card) is not stopped:
            assert time.perf_counter() - begun < MOST_S, "the door never heard of it"
        return time.perf_counter() - begun


@contextmanager
def sender(url: str, secret: Path, host: Host) -> Iterator[None]:
    """`duanka send`, following the ledger's outbox."""
    to = ("--to", f"http://127.0.0.1:{host.port}/v1/events", "--key", host.token)
    words = ["send", "--ledger", url, "--keys", str(secret), *to, "--topic", "door", "--follow"]
    child = subprocess.Popen(
        [sys.executable, "-m", "duanka.cli", *words], stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait(MOST_S)


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    times, waits = 5 if quick else 20, []
    with tempfile.TemporaryDirectory(prefix="duanka-lift-") as room:
        url, secret = ledgers.made_url("sqlite", Path(room)), Path(room) / "keys"
        book = open_ledger(url, keys=secret)
        cards = [f"A{n}" for n in range(times)]
        made = [desks.in_force(book, desks.finding("restrict", card_id=card)) for card in cards]
        with ours(Path(room) / "door") as host, sender(url, secret, host):
            payer = Payer(host)
            for card in cards:
                payer.until(card, stopped=True)
            for card, one in zip(cards, made, strict=True):
                with desks.sit(book, ledgers.OFFICER_2, datetime.now(UTC)) as desk:
                    order.lift(desk, one, desks.policy(), because="review")
                waits.append(1e3 * payer.until(card, stopped=False))
    found = {"times": times, "median_ms": statistics.median(waits), "longest_ms": max(waits)}
    show(
        "a lift, from the ledger's commit until the first payment that passes at the live door",
        ["lifts", "median ms", "longest ms"],
        [list(found.values())],
        note="duanka serve and duanka send --follow, processes of their own; the sender looks every 0.2 s",
    )
    keep("speed_lift", found)
    return found
