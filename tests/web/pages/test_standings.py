import pytest

from duanka.leads import lead
from duanka.policy import dated
from duanka.store.ledger import SYSTEM
from leads_room import LEAD
from ledgers import AT

pytestmark = pytest.mark.anyio


async def test_each_sender_has_its_standing_with_the_doubt_of_small_numbers(room):
    async with room.entered() as client:
        assert "还没有线索" in (await client.get("/leads/standings")).text
    regime = dated.load([]).at(AT.date())
    with room.book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        kept = lead.receive(desk, LEAD, unit=("bank_1", "990101"), sender_id="<i>p", regime=regime)
        kept = lead.matched(desk, kept, ["A1"])
        lead.answer(desk, kept, "nothing_found", regime=regime)
    async with room.entered() as client:
        page = (await client.get("/leads/standings")).text
    assert "&lt;i&gt;p" in page
    assert "0–79 %" in page
    async with room.entered("stranger") as client:
        assert "还没有线索" in (await client.get("/leads/standings")).text
    async with room.entered("governance") as client:
        assert (await client.get("/leads/standings")).status_code == 403
