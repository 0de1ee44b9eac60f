import pytest

from console_room import token_of

pytestmark = pytest.mark.anyio


async def test_a_card_is_shown_for_a_purpose_and_the_look_is_written_down(room):
    async with room.entered() as client:
        asked = (await client.get("/card/account/A1")).text
        assert 'action="/purpose"' in asked
        assert "0.930" not in asked
        form = {"token": token_of(asked), "purpose": "case of a test", "back": "/card/account/A1"}
        answer = await client.post("/purpose", data=form)
        assert answer.headers["location"] == "/card/account/A1"
        page = (await client.get("/card/account/A1")).text
        assert "0.930" in page
        assert "930 张涉案" in page
        assert 'data-from="2026-05-25T04:00:00+00:00"' in page
        assert "/card/account/A2" in page
        assert "如果申诉成立" in page
        assert (await client.get("/card/account/A1?day=1999-01-01")).status_code == 200
        assert (await client.get("/card/account/A9")).status_code == 404
        assert (await client.get("/card/passport/A1")).status_code == 404
    async with room.entered("auditor") as client:
        assert "case of a test" in (await client.get("/audit")).text


async def test_another_institutions_card_is_not_there(room):
    async with room.entered("stranger") as client:
        assert (await client.get("/card/account/A1")).status_code == 404
        assert (await client.get("/search?q=A1")).status_code == 404
