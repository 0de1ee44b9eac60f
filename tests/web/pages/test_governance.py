import pytest

pytestmark = pytest.mark.anyio


async def test_governance_is_for_its_roles_and_staff_for_fewer(room):
    async with room.entered("governance") as client:
        page = (await client.get("/governance?kind=staff")).text
        assert "红黄牌不进入" in page
        assert "<option>staff" not in page
    async with room.entered("auditor") as client:
        assert "staff" in (await client.get("/governance?kind=staff")).text
    async with room.entered("analyst") as client:
        assert (await client.get("/governance")).status_code == 403
