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


async def test_rules_of_a_day_with_article_and_mark(room):
    async with room.entered("administrator") as client:
        page = (await client.get("/policy?day=2023-06-01&q=leads.")).text
        assert "leads.stop_payment_hours" in page
        assert "未经法源核实" in page
        assert (await client.get("/policy?day=nonsense")).status_code == 200
