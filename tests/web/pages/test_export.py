import pytest

from console_room import console, token_of, with_case

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = console(tmp_path_factory.mktemp("page"))
    yield made
    made.book.close()


async def test_the_queue_leaves_as_a_file_with_a_purpose(room):
    case_id, _ = with_case(room)
    async with room.entered() as client:
        asked = (await client.get("/export/queue.csv")).text
        form = {"token": token_of(asked), "purpose": "weekly meeting", "back": "/export/queue.csv"}
        await client.post("/purpose", data=form)
        taken = await client.get("/export/queue.csv")
        assert taken.content.startswith(b"\xef\xbb\xbfid,")
        assert case_id in taken.text
        assert (await client.get("/export/queue.xlsx")).content[:2] == b"PK"
        assert (await client.get("/export/queue.exe")).status_code == 404
        found = await client.get(f"/search?q={case_id}")
        assert found.headers["location"] == f"/case/{case_id}"
        assert (await client.get("/search?q=A2")).headers["location"] == "/card/account/A2"
        assert (await client.get("/search?q=nothing")).status_code == 404
