import json

import pytest

from console_room import console, small_run, write

pytestmark = pytest.mark.anyio
RATES = ("rate_per_10k", "shrunk_per_10k", "lower_per_10k", "upper_per_10k", "expected_per_10k")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    found = small_run(folder)
    seen = [("310101", 9), ("310103", 1), ("990101", 2)]
    write(found.out, "scorecard", [{"unit_kind": "region", "unit_id": u, "period": "2026-05", "side": "new", "exposure": 1000, "implicated": n, "self_detected": 0, "rank": 1, **dict.fromkeys(RATES, 10.0 * n)} for u, n in seen])  # fmt: skip
    write(found.out, "listing", [{"unit_kind": "region", "unit_id": u, "period": "2026-05", "listing": what, "because": "x", "legal_basis": "y"} for u, what in (("310101", "yellow_card"), ("990101", "none"))])  # fmt: skip
    made = console(folder, found)
    yield made
    made.book.close()


async def test_provinces_are_sums_of_their_districts_with_the_gravest_card(room):
    async with room.entered("governance") as client:
        page = (await client.get("/governance/regions?province=310000")).text
    told = json.loads(page.split('id="map-data">')[1].split("</script>")[0])
    assert [(one["code"], one["rate"], one["implicated"]) for one in told] == [("310000", 50.0, 10)]
    assert told[0]["word"] == "黄牌"
    assert 'class="tile heat-4">990101<strong>20.0' in page
    assert "上海市" in page
    assert "2011年撤销" in page
    assert "不进入任何个人或卡片的评分" in page


async def test_the_map_is_for_who_governs_every_institution(room):
    async with room.entered("analyst") as client:
        assert (await client.get("/governance/regions")).status_code == 403
    async with room.entered("governance") as client:
        listed = (await client.get("/governance?kind=region")).text
        assert "yellow_card" in listed
        assert "上海市" in listed
