import pytest

from duanka.leads import told
from duanka.policy import dated
from duanka.store.ledger import SYSTEM
from leads_room import LEAD, enrolled
from ledgers import AT

pytestmark = pytest.mark.anyio
NASTY = "L<script>alert(1)</script>"


@pytest.fixture(scope="module")
def police(room):
    """The partner to whom two leads were told, of which one was answered."""
    kept = enrolled(room.book, "police_1", kind="police")
    regime = dated.load([]).at(AT.date())
    with room.book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        for number in ("T1", NASTY):
            one = told.tell(
                desk, LEAD | {"lead_id": number}, to=kept, unit=("bank_1", "990101"), regime=regime
            )
        receipt = {"received_at": AT.isoformat(), "unit_id": "unit_9"}
        one = told.received(desk, one, receipt)
        told.answered(desk, one, {"outcome": "nothing_found", "at": AT.isoformat()})
    return kept


async def test_what_waits_and_what_was_answered(room, police):
    async with room.entered() as client:
        page = (await client.get("/leads/told")).text
        assert "T1" in page
        assert "待发送" in page
        assert "unit_9" not in page
        page = (await client.get("/leads/told?state=answered")).text
        assert "unit_9" in page
        assert "<script>alert" not in page
        assert "A1" not in page
        assert police.id in page
        assert (await client.get("/leads/told?state=nonsense")).status_code == 200


async def test_another_bank_sees_none_and_not_every_role_comes_in(room, police):
    async with room.entered("stranger") as client:
        assert "没有这样的线索" in (await client.get("/leads/told")).text
        assert police.id not in (await client.get("/leads/told?state=answered")).text
    async with room.entered("governance") as client:
        assert (await client.get("/leads/told")).status_code == 403
