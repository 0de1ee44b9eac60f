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


async def test_without_networks_the_list_is_empty_and_none_is_found(room):
    async with room.entered() as client:
        assert "没有发现" in (await client.get("/network")).text
        assert (await client.get("/network/n-1")).status_code == 404


async def test_a_network_crosses_institutions_and_so_is_for_who_sees_all(room):
    async with room.entered("stranger") as client:
        assert (await client.get("/network")).status_code == 404
