import asyncio

import httpx2
import msgspec
import pytest

from duanka.jobs.leads_exchange import PATH
from duanka.store.chain import canonical
from duanka.web import exchange
from duanka.web.access_log import AccessLog
from duanka.web.rates import WRONG_PER_MINUTE, Rates
from leads_room import LEAD, OTHER, Clock, enrolled, party_of
from ledgers import ledger


@pytest.fixture
def party(tmp_path):
    book = ledger("sqlite", tmp_path)
    enrolled(book, "police_1", kind="police")
    yield party_of(book, "bank_1", Clock())
    book.close()


def ask(party, folder, *bodies, method="POST"):
    """The answers to the bodies, one after another, and the rows of the log."""

    async def go():
        app = exchange.make_app(party, AccessLog(folder), Rates())
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://x"
        ) as one:
            return [await one.request(method, PATH, content=body) for body in bodies]

    answers = asyncio.run(go())
    lines = [line for file in folder.glob("access-*") for line in file.read_bytes().splitlines()]
    return answers, [msgspec.json.decode(line) for line in lines]


def event(clock, n=0):
    """A lead of the police, sealed with the keys that the bank knows them by."""
    from duanka.leads.envelope import Stamp, sealed

    stamp = Stamp("police_1", "bank_1", f"e{n}", clock(), f"{n:032x}")
    return canonical(sealed("lead", LEAD, stamp, key=OTHER.signing)).encode()


def test_an_envelope_is_answered_sealed_and_the_log_says_who_came_and_no_value(party, tmp_path):
    (answer, again), rows = ask(party, tmp_path / "log", event(party.clock), event(party.clock))
    told = answer.json()
    assert (answer.status_code, told["type"], told["duankato"]) == (
        200,
        "duanka.receipt.v1",
        "police_1",
    )
    assert answer.headers["content-type"] == exchange.MEDIA
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert again.status_code == 409
    assert [(row["key_id"], row["outcome"]) for row in rows] == [("police_1", "200"), ("", "409")]
    assert "A1" not in str(rows)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff", 422),
        (b"[]", 422),
        (b"x" * (exchange.MOST_BYTES + 1), 413),
    ],
)
def test_what_is_no_envelope_is_a_problem(party, tmp_path, body, status):
    (answer,), rows = ask(party, tmp_path / "log", body)
    assert answer.status_code == status
    assert answer.json()["fix"]
    assert rows[0]["outcome"] == str(status)


def test_who_sends_what_nobody_sealed_is_told_to_wait(party, tmp_path):
    answers, _ = ask(party, tmp_path / "log", *[b"{}"] * (WRONG_PER_MINUTE + 1))
    assert answers[-2].status_code == 422
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_other_methods_are_refused(party, tmp_path):
    (answer,), _ = ask(party, tmp_path / "log", b"", method="GET")
    assert answer.status_code == 405
