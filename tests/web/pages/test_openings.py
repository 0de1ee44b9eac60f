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


async def test_advice_is_shown_to_who_sees_every_institution(room):
    async with room.entered() as client:
        page = await client.get("/openings?advice=nonsense&from=abc")
        assert page.status_code == 200
        assert "始终由人决定" in page.text
