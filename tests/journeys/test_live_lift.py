"""An order that an officer lifts in the ledger is no longer in force at the live door: real processes throughout."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import httpx2

from desks import finding, in_force, policy, sit
from duanka.cases import order
from duanka.store.ledger import open_ledger
from duanka.web import keys, opened
from ledgers import AT, OFFICER_2, made_url

MOST_ASKED = 2_000


@contextmanager
def process(*words):
    """A duanka of its own, until the block ends."""
    environ = {**os.environ, "DUANKA_THREADS": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", "duanka.cli", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(60)


def paid(client, n):
    """What a payment from the card is told, made a little later than the one before it."""
    told = client.post(
        "/v1/events",
        json={
            "kind": "transfer", "transfer_id": f"t{n}", "payer_id": "A1", "payee_id": "B1", "amount_fen": 100,
            "at": (AT + timedelta(days=1, seconds=n)).isoformat(), "channel": "mobile",
        },
        headers={"prefer": "wait"},
    )  # fmt: skip
    assert told.status_code == 200, told.text
    return told.json()["because"]


def until(client, wanted, first):
    """How many payments it took until the door said so."""
    for n in range(first, first + MOST_ASKED):
        if (paid(client, n) == "order_in_force") is wanted:
            return n
    raise AssertionError("the door never heard of it")


def test_a_lift_in_the_ledger_reaches_the_live_door(tmp_path):
    url, secret = made_url("sqlite", tmp_path), tmp_path / "keys"
    book, door = open_ledger(url, keys=secret), tmp_path / "door"
    made = in_force(book, finding("restrict", card_id="A1"))
    token, _ = keys.add(
        opened.web_folder(door), "ledger", scopes=["events:write"], now="now", per_second=10**6
    )
    with ExitStack() as stack:
        served = stack.enter_context(process("serve", "--folder", door, "--port", 0))
        where = next(line for line in served.stdout if "http://" in line).split()[-1]
        asked = ("--to", f"{where}/v1/events", "--key", token, "--topic", "door", "--follow")
        stack.enter_context(process("send", "--ledger", url, "--keys", secret, *asked))
        client = stack.enter_context(
            httpx2.Client(base_url=where, headers={"authorization": f"Bearer {token}"}, timeout=300)
        )
        stopped = until(client, wanted=True, first=0)
        with sit(book, OFFICER_2, datetime.now(UTC)) as desk:
            order.lift(desk, made, policy(), because="review")
        assert until(client, wanted=False, first=stopped + 1) > stopped
