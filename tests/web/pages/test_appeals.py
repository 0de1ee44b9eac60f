import pytest

pytestmark = pytest.mark.anyio


async def test_the_list_is_there_without_appeals_and_not_for_every_role(room):
    async with room.entered("reviewer") as client:
        assert "没有待答复的申诉" in (await client.get("/appeals")).text
        assert (await client.get("/appeals/none")).status_code == 404
    async with room.entered("governance") as client:
        assert (await client.get("/appeals")).status_code == 403
