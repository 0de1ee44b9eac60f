import re

import pytest

from console_room import token_of
from duanka.store.ledger import SYSTEM
from duanka.web import show
from ledgers import AT

pytestmark = pytest.mark.anyio


def work(room, name):
    """The errand of that name, once it is over."""
    found = room.app.state.office.errands.of((name, "*", "in", "*"))
    assert found.over.wait(60)
    return found


async def test_the_auditor_verifies_the_chain_and_nobody_else_sees_the_page(room):
    async with room.entered("auditor") as client:
        token = token_of((await client.get("/audit")).text)
        for name in ("verify", "tally"):
            answer = await client.post("/audit", data={"token": token, "act": name})
            assert answer.headers["location"] == "/audit"
            assert work(room, name).fault is None
        told = (await client.get("/audit")).text
        assert "完整" in told
        assert "不完整" not in told
        assert "按用途统计" in told
    async with room.entered("lead_officer") as client:
        assert (await client.get("/audit")).status_code == 403
        assert (await client.post("/audit", data={"token": token})).status_code == 403


async def test_looks_are_told_newest_first_a_page_at_a_time(room):
    async with room.entered("auditor") as client:
        for n in range(show.PAGE + 5):
            with room.book.desk(SYSTEM, at=AT, purpose=f"why-{n:03}") as desk:
                desk.note_of_ledger(act="look", details={"card": "account:A1234567890"})
        first = (await client.get("/audit")).text
        whys = re.findall(r"why-(\d+)", first)
        assert whys == [f"{n:03}" for n in range(show.PAGE + 4, 4, -1)]
        assert "A1234567890" not in first
        older = re.search(r'href="(\?before=\d+)"', first)[1]
        assert re.findall(r"why-(\d+)", (await client.get(f"/audit{older}")).text) == [f"{n:03}" for n in range(4, -1, -1)]  # fmt: skip
