import pytest

from console_room import console

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = console(tmp_path_factory.mktemp("page"))
    yield made
    made.book.close()


async def test_leads_are_listed_and_the_template_is_there(room):
    async with room.entered() as client:
        assert "没有未办结线索" in (await client.get("/leads")).text
        taken = await client.get("/leads/template.xlsx")
        assert taken.content[:2] == b"PK"
    async with room.entered("governance") as client:
        assert (await client.get("/leads")).status_code == 403
