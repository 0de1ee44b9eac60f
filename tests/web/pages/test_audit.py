import pytest

from console_room import console, token_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = console(tmp_path_factory.mktemp("page"))
    yield made
    made.book.close()


async def test_the_auditor_verifies_the_chain_and_nobody_else_sees_the_page(room):
    async with room.entered("auditor") as client:
        page = (await client.get("/audit")).text
        told = (await client.post("/audit", data={"token": token_of(page)})).text
        assert "完整" in told
        assert "不完整" not in told
    async with room.entered("lead_officer") as client:
        assert (await client.get("/audit")).status_code == 403
