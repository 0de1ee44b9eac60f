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


async def test_who_judged_and_the_cards_of_what_ships(room):
    async with room.entered() as client:
        page = (await client.get("/models")).text
    assert "账户" in page
    assert "opening" in page
