import pytest

pytestmark = pytest.mark.anyio


async def test_rules_of_a_day_with_article_and_mark(room):
    async with room.entered("administrator") as client:
        page = (await client.get("/policy?day=2023-06-01&q=leads.")).text
        assert "leads.stop_payment_hours" in page
        assert "未经法源核实" in page
        assert (await client.get("/policy?day=nonsense")).status_code == 200


async def test_a_case_is_tried_and_the_row_that_answers_is_shown(room):
    case = "case.implicated=false&case.victim=false&case.tier=high_risk&case.score=0.95&case.dormant=false"
    async with room.entered("administrator") as client:
        page = (await client.get(f"/policy/try?table=account_measures&day=2026-01-01&{case}")).text
        assert 'class="fires"' in page
        assert "第十八条" in page
        assert "算例" in page
        wrong = await client.get(f"/policy/try?table=account_measures&{case}&case.score=x")
        assert wrong.status_code == 422
        early = await client.get("/policy/try?table=account_measures&day=1999-01-01")
        assert early.status_code == 422
        assert (await client.get("/policy/try?table=<script>")).status_code == 200
