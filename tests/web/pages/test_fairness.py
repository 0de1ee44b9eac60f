import pytest

from console_room import token_of, with_case
from duanka.web.pages import fairness

pytestmark = pytest.mark.anyio


async def test_the_humane_figures_are_told(room):
    async with room.entered("governance") as client:
        page = await client.get("/fairness")
    assert page.status_code == 200
    assert "由人决定的措施" in page.text
    assert "0 / 0" in page.text


async def test_a_long_ledger_is_counted_beside_the_pages(room, monkeypatch):
    monkeypatch.setattr(fairness, "MOST_AT_ONCE", 0)
    with_case(room)
    async with room.entered("governance") as client:
        waiting = (await client.get("/fairness")).text
        errand = room.app.state.office.errands.of(("fairness", "*", "in", "*"))
        assert errand.over.wait(60)
        page = (await client.get("/fairness")).text
        assert "由人决定的措施" in page
        assert "计算于" in page
        form = {"token": token_of(waiting)}
        assert (await client.post("/fairness", data=form)).status_code == 303
        assert room.app.state.office.errands.of(("fairness", "*", "in", "*")) is not errand
