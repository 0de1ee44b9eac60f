import pytest

from console_room import write
from desks import at, policy, sit
from dockets import CHIEF, PENALTY, go, proposed
from duanka.governance.docket_steps import Paper
from duanka.governance.exposure import expose
from duanka.store.ledger import SYSTEM, Record

pytestmark = pytest.mark.anyio
MONTH = {"name": "2026-05", "period": "2026-05", "as_of": "2026-05-31T16:00:00+00:00", "policy_version": "p1", "files": {"a": "b"}, "proposals": {"red_card": 2, "none": 9}, "revised_by": ["2026-06"], "digest": "d" * 64}  # fmt: skip


async def test_frozen_months_say_what_revised_them_and_exposures_their_basis(room):
    one = proposed(room.book, PENALTY)
    for to, days in (("noticed", 1), ("hearing", 2), ("heard", 9)):
        one = go(room.book, one, to, days)
    one = go(room.book, one, "decided", 10, CHIEF)
    one = go(room.book, one, "executed", 11, CHIEF)
    with sit(room.book, CHIEF, at(12)) as desk:
        made = expose(desk, desk.get("matter", one.id), "某支行未核实本人意愿 62220000 号", Paper("final_judgement", "决定书"), policy())  # fmt: skip
    go(room.book, made, "published", 13, CHIEF)
    with sit(room.book, SYSTEM, at(12)) as desk:
        desk.write(Record("publication", "p-2026-05", "", "", "revised", MONTH), act="publish")
    async with room.entered("governance") as client:
        page = (await client.get("/governance/published")).text
    assert "2026-06" in page
    assert "红牌 2" in page
    assert "62****00" in page
    assert "某支行" not in page
    assert PENALTY.legal_basis in page
    async with room.entered("stranger") as client:
        assert (await client.get("/governance/published")).status_code == 403


async def test_provinces_open_to_cities_and_cities_to_districts_with_the_same_sums(
    room, monkeypatch
):
    rows = [
        {"unit_kind": "region", "unit_id": code, "period": "2026-05", "side": "new", "exposure": 1000, "implicated": n, "self_detected": 0, "rate_per_10k": 10.0 * n, "expected_per_10k": 20.0, "rank": 1}
        for n, code in enumerate(("990101", "990102", "990201", "980101"), start=1)
    ]  # fmt: skip
    write(room.findings.out, "scorecard", rows)
    async with room.entered("governance") as client:
        whole = (await client.get("/governance/levels")).text
        assert "990000" in whole
        assert '<td class="number">3</td><td class="number">3,000</td><td class="number">6</td>' in whole  # fmt: skip
        city = (await client.get("/governance/levels?inside=99")).text
        assert "990100" in city
        assert "980000" not in city
        county = (await client.get("/governance/levels?inside=9901")).text
        assert "990102" in county
        assert "990201" not in county
        assert "990000" in (await client.get("/governance/levels?inside=x'")).text
