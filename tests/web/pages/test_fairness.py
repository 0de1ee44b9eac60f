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


async def test_the_humane_figures_are_told(room):
    async with room.entered("governance") as client:
        page = await client.get("/fairness")
    assert page.status_code == 200
    assert "由人决定的措施" in page.text
    assert "0 / 0" in page.text
