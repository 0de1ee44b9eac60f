import pytest

from console_room import console, small_run, write
from ledgers import AT

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    found = small_run(folder)
    write(
        found.out,
        "opening_advice",
        [{"opening_id": "n-0000000001", "at": AT, "score": 0.4, "advice": "check_further", "reasons": ["organised_batch", "in_first_count_7d"], "model_version": "m", "policy_version": "p"}],
    )  # fmt: skip
    made = console(folder, found)
    yield made
    made.book.close()


async def test_advice_is_shown_to_who_sees_every_institution(room):
    async with room.entered() as client:
        page = await client.get("/openings?advice=nonsense&from=abc")
        assert page.status_code == 200
        assert "始终由人决定" in page.text
        assert "n-••••••0001" in page.text
        assert "organised_batch" not in page.text
        assert "没有这样的申请" in (await client.get("/openings?advice=allow")).text
    async with room.entered("stranger") as client:
        assert "0001" not in (await client.get("/openings")).text
