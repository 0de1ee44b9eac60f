from dataclasses import replace

import pytest

from console_room import console, token_of

pytestmark = pytest.mark.anyio


async def ask(room, client, **fields):
    page = (await client.get("/policy/compare")).text
    form = {"token": token_of(page), "purpose": "to judge a draft", **fields}
    return await client.post("/policy/compare", data=form)


async def test_a_changed_value_is_tried_on_the_cards_of_the_run(room):
    async with room.entered("analyst") as client:
        sent = await ask(room, client, changes="account_tiers.high_risk_score = 0.99")
        assert sent.headers["location"] == "/policy/compare"
        assert room.app.state.office.errands.of(("compare", "analyst")).over.wait(60)
        page = (await client.get("/policy/compare")).text
        assert "拟议，尚无来源" in page
        assert "2 / 2 会不同" in page
        assert "减轻" in page
        assert 'href="/card/account/A1"' in page
        wrong = await ask(room, client, changes="account_tiers.high_risk_score = 9")
        assert wrong.status_code == 422
        assert "取值不合要求" in wrong.text
        assert (await ask(room, client, purpose="")).status_code == 403
    async with room.entered("auditor") as client:
        assert "to judge a draft" in (await client.get("/audit")).text
        assert "2 / 2" not in (await client.get("/policy/compare")).text


async def test_counts_are_for_every_role_that_sees_all_and_cards_for_who_works_them(room):
    async with room.entered("administrator") as client:
        await ask(room, client, day_a="2018-01-01")
        assert room.app.state.office.errands.of(("compare", "administrator")).over.wait(60)
        page = (await client.get("/policy/compare")).text
        assert "account_measures" in page
        assert "/card/account/" not in page
    async with room.entered("stranger") as client:
        page = (await client.get("/policy/compare")).text
        assert "联席办公室" in page
        form = {"token": token_of(page), "purpose": "x"}
        assert (await client.post("/policy/compare", data=form)).status_code == 403


async def test_a_candidate_stands_beside_the_rules_in_force(tmp_path):
    made = console(tmp_path)
    office = made.app.state.office
    made.app.state.office = replace(office, candidate=office.policy)
    async with made.entered("analyst") as client:
        assert "候选规则" in (await client.get("/policy/compare")).text
        await ask(made, client, side_b="candidate")
        assert made.app.state.office.errands.of(("compare", "analyst")).over.wait(60)
        assert "没有差别" in (await client.get("/policy/compare")).text
    made.book.close()
