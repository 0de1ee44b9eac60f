from datetime import timedelta

import pytest

from console_room import console
from duanka.store.ledger import SYSTEM, Record
from ledgers import AT

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = console(tmp_path_factory.mktemp("overview"))
    with made.book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        for n, due in (("late", -1), ("soon", 1), ("far", 99)):
            desk.write(
                Record("case", n, "bank_1", "990101", "new", {}, due_at=AT + timedelta(hours=due)),
                act="open",
            )
    yield made
    made.book.close()


async def test_what_stands_and_what_is_due(room):
    async with room.entered() as client:
        page = (await client.get("/overview")).text
    assert ">late<" in page
    assert ">soon<" in page
    assert ">far<" not in page
    assert "逾期" in page
    assert "high_risk" in page


async def test_another_institution_sees_none_of_it(room):
    async with room.entered("stranger") as client:
        page = (await client.get("/overview")).text
    assert ">late<" not in page


async def test_what_was_done_since_midnight_is_counted_and_yesterday_is_not(room):
    async with room.entered() as client:
        before = (await client.get("/overview")).text
        room.clock.passes(days=1)
    async with room.entered() as client:
        after = (await client.get("/overview")).text
    opened = '案件新立</dt><dd class="figure-count">'
    assert f"{opened}3<" in before
    assert f"{opened}0<" in after
