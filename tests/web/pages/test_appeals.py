import pytest

from console_room import console
from desks import ANALYST, disciplined, policy, sit
from duanka.cases import appeal
from duanka.cases.appeal import Plea
from ledgers import AT

pytestmark = pytest.mark.anyio


async def test_the_list_is_there_without_appeals_and_not_for_every_role(room):
    async with room.entered("reviewer") as client:
        assert "没有待答复的申诉" in (await client.get("/appeals")).text
        assert (await client.get("/appeals/none")).status_code == 404
    async with room.entered("governance") as client:
        assert (await client.get("/appeals")).status_code == 403


async def test_an_appeal_against_discipline_is_shown_with_what_it_is_about(tmp_path):
    room = console(tmp_path)
    of = disciplined(room.book)
    with sit(room.book, ANALYST, AT) as desk:
        made = appeal.receive(desk, of, Plea("1", "letter", "不是我"), policy())
    async with room.entered("reviewer") as client:
        page = (await client.get(f"/appeals/{made.id}")).text
        assert "被申诉的惩戒" in page
        assert of.body["legal_basis"] in page
        assert 'value="grant"' in page
    async with room.entered("analyst") as client:
        page = (await client.get(f"/appeals/{made.id}")).text
        assert 'value="grant"' not in page
        assert "未参与决定的复核员" in page
    room.book.close()
