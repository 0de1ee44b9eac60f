import re

import pytest

from console_room import token_of
from duanka.leads import lead, suggest
from duanka.policy import dated
from duanka.store.ledger import SYSTEM
from leads_room import LEAD
from ledgers import AT

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def linked(room):
    """A lead with two linked cards of its holder."""
    regime = dated.load([]).at(AT.date())
    with room.book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        kept = lead.receive(
            desk, LEAD | {"lead_id": "G1"}, unit=("bank_1", "990101"), sender_id="p", regime=regime
        )
        for card in ("A2", "<b>A3"):
            suggest.suggest(desk, kept, ("account", card), ["same_holder"], regime=regime)
    return kept


def form_of(page, act="close"):
    """The fields of the first form of this act."""
    body = re.search(rf'<form method="post">(.*?value="{act}".*?)</form>', page, re.DOTALL)[1]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', body))
    return fields | {"token": token_of(page)}


async def test_a_linked_card_is_closed_with_a_reason_and_nothing_else_happens(room, linked):
    async with room.entered("officer") as client:
        page = (await client.get("/leads/suggestions")).text
        assert "同一持有人" in page
        assert "<b>A3" not in page
        asked = form_of(page) | {"outcome": "to_verify"}
        empty = await client.post("/leads/suggestions", data=asked | {"because": " "})
        assert empty.status_code == 422
        forged = await client.post(
            "/leads/suggestions", data=asked | {"because": "x", "token": "forged"}
        )
        assert forged.status_code == 403
        done = await client.post("/leads/suggestions", data=asked | {"because": "同一人"})
        assert done.status_code == 303
        late = await client.post("/leads/suggestions", data=asked | {"because": "同一人"})
        assert late.status_code in {200, 409}
    with room.book.read(SYSTEM, at=AT) as desk:
        kept = desk.get("suggestion", asked["id"])
        acts = [(row.act, row.actor) for row in desk.history("suggestion", asked["id"])]
    assert (kept.state, kept.body["because"]) == ("to_verify", "同一人")
    assert acts == [("suggest", "system"), ("to_verify", "officer")]


async def test_a_stranger_sees_none_and_an_auditor_closes_none(room, linked):
    async with room.entered("stranger") as client:
        page = (await client.get("/leads/suggestions")).text
        assert linked.id not in page
        assert "没有待核的关联卡" in page
    async with room.entered("auditor") as client:
        page = (await client.get("/leads/suggestions")).text
        assert linked.id in page
        assert 'name="because"' not in page
        token = token_of((await client.get("/leads")).text)
        data = {"token": token, "act": "close", "id": "x", "version": "1"}
        assert (await client.post("/leads/suggestions", data=data)).status_code == 403
