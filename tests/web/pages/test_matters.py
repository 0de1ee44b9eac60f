import re
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from console_room import WORD, token_of
from dockets import LISTED, PENALTY, STAFF, proposed
from duanka.governance.circumstances import ASKED
from duanka.governance.docket import INSIDER, KIND
from duanka.governance.matter import KINDS, MOVES, NEEDED
from duanka.store.ledger import SYSTEM, Viewer
from duanka.web.pages import matters
from duanka.web.people import add_user
from ledgers import AT

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def matter(room):
    """A listing, a penalty and a suspicion in the console's ledger: their ids."""
    figures = dict(STAFF.figures) | {"opening_count": "40", "off_hours_count": "9", "asked_about": "off_hours;near_dealers"}  # fmt: skip
    said = (LISTED, PENALTY, replace(STAFF, figures=figures))
    add_user(room.book, Viewer("bank2", ("governance",), ("bank_2",), ("*",)), WORD, at=AT)
    return [proposed(room.book, one).id for one in said]


async def moved(client, matter_id, to, **papers):
    page = (await client.get(f"/matters/{matter_id}")).text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    told = {"token": token_of(page), "act": "step", "version": version, "to": to}
    return await client.post(
        f"/matters/{matter_id}", data=told | {f"paper.{name}": says for name, says in papers.items()}
    )  # fmt: skip


def test_pages_have_words_for_every_kind_state_and_paper():
    assert set(matters.KINDS) == set(KINDS)
    states = {s for moves in MOVES.values() for s in moves} | {s for m in MOVES.values() for to in m.values() for s in to}  # fmt: skip
    assert set(matters.STATES) == states
    assert set(matters.PAPERS) == {name for names in NEEDED.values() for name in names}


async def test_matters_are_listed_with_stage_owner_and_clock_for_those_in_scope(room, matter):
    async with room.entered("governance") as client:
        page = (await client.get("/matters")).text
        assert page.count("<tr><td><a data-row") == 2
        assert "反诈中心" in page
        assert "已建议，待告知" in page
        assert (await client.get("/matters?kind=penalty")).text.count("<tr><td><a data-row") == 1
        assert "限制知悉" not in page
        assert (await client.get("/matters/insiders")).status_code == 403
        assert (await client.get(f"/matters/{matter[2]}")).status_code == 403
    async with room.entered("bank2") as client:
        assert "没有在办事项" in (await client.get("/matters")).text
        assert (await client.get(f"/matters/{matter[0]}")).status_code == 404
    async with room.entered("analyst") as client:
        assert (await client.get("/matters")).status_code == 403


async def test_a_listing_is_told_objected_to_and_rectified_on_its_page(room, matter):
    listing = matter[0]
    async with room.entered("governance") as client:
        page = (await client.get(f"/matters/{listing}")).text
        assert "该比值的区间下限" in page
        assert "1.9" in page
        assert 'name="paper.computation"' in page
        lacking = await moved(client, listing, "noticed", legal_basis="见附件")
        assert lacking.status_code == 403
        done = await moved(client, listing, "noticed", computation="见附表", legal_basis="261号")
        assert done.status_code == 303
        page = (await client.get(f"/matters/{listing}")).text
        assert "outlet:o-1" in page  # the unit's turn
        version = re.search(r'name="version" value="(\d+)"', page)[1]
        told = {"token": token_of(page), "act": "item", "version": version, "words": "补充回访"}
        assert (await client.post(f"/matters/{listing}", data=told)).status_code == 303
        await moved(client, listing, "objected", objection="我行认为暴露量有误")
        page = (await client.get(f"/matters/{listing}")).text
        assert "我行认为暴露量有误" in page
        assert "补充回访" in page
        assert "在列</button>" not in page  # only a lead officer brings it into force
        paper = await client.post(f"/matters/{listing}/letter", data={"token": token_of(page)})
        assert any("某支行" in one.text for one in Document(BytesIO(paper.content)).paragraphs)
        stale = {"token": token_of(page), "act": "step", "version": "1", "to": "withdrawn"}
        assert (await client.post(f"/matters/{listing}", data=stale)).status_code == 409
    async with room.entered("auditor") as client:
        page = (await client.get(f"/matters/{listing}")).text
        assert "增加整改事项" not in page
        assert 'value="step"' not in page
        acted = {"token": token_of(page), "act": "step", "version": "1", "to": "withdrawn"}
        assert (await client.post(f"/matters/{listing}", data=acted)).status_code == 403
        refused = await client.post(f"/matters/{listing}/letter", data={"token": token_of(page)})
        assert refused.status_code == 404
    async with room.entered("lead_officer") as client:
        assert (await moved(client, listing, "withdrawn")).status_code == 303
        page = (await client.get(f"/matters/{listing}")).text
        assert page.count("已撤销") >= 2  # the matter and what was to be rectified under it
    with room.book.read(SYSTEM, at=AT) as desk:
        acts = [row.act for row in desk.history(KIND, listing)]
    assert acts == ["propose", "to_noticed", "to_objected", "letter", "to_withdrawn"]


async def test_a_suspicion_is_sealed_until_a_purpose_is_given_and_the_reply_is_kept(room, matter):
    one = matter[2]
    async with room.entered("lead_officer") as client:
        assert one[:10] in (await client.get("/matters/insiders")).text
        page = (await client.get(f"/matters/{one}")).text
        assert "s-1" not in page
        told = {"token": token_of(page)}
        assert (await client.post(f"/matters/{one}/look", data=told)).status_code == 403
        page = (
            await client.post(f"/matters/{one}/look", data=told | {"purpose": "听取本人说明"})
        ).text
        assert "s-1" in page
        for name in ("off_hours", "near_dealers"):
            assert ASKED[name] in page
        assert ASKED["repeated"] not in page
        await moved(client, one, "asked", computation="见附表", rights="有权说明、申辩")
        await moved(client, one, "replied", reply="当日为社区集中办卡活动")
        assert "当日为社区集中办卡活动" in (await client.get(f"/matters/{one}")).text
    with room.book.read(SYSTEM, at=AT) as desk:
        rows = desk.history(INSIDER, one)
    looks = [row for row in rows if row.act == "look"]
    assert [row.purpose for row in looks] == ["听取本人说明"]
