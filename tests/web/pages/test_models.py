from dataclasses import replace

import numpy as np
import pytest

from console_room import write
from duanka.features import catalogue
from duanka.intercept import notebook
from duanka.jobs import drifting
from duanka.jobs.judges import default_folder, load_judge
from duanka.web.findings import Findings
from duanka.web.pages import models
from ledgers import AT

pytestmark = pytest.mark.anyio


async def test_who_judged_and_the_cards_of_what_ships(room):
    async with room.entered() as client:
        page = (await client.get("/models")).text
    assert "账户" in page
    assert "opening" in page
    assert "须与另一次评判相比" in page
    assert "--beside" in page


def run_of(findings, tier, version):
    """The scores of account A1, spread as a training's, in a tier."""
    write(findings.out, "score", [{"card_kind": "account", "card_id": f"A{n}", "as_of": AT, "score": n / 200, "tier": tier, "measure": "allow", "reasons": [], "model_version": version, "policy_version": "p"} for n in range(1, 101)])  # fmt: skip
    return Findings(findings.out, None)


async def test_scores_that_moved_are_told_and_a_run_beside_is_compared(room, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    found, unheard = run_of(room.findings, "normal", "m1"), run_of(Findings(other, None), "suspicious", "m2")  # fmt: skip
    office = room.app.state.office
    room.app.state.office = replace(office, findings=found, beside=unheard)
    async with room.entered("administrator") as client:
        page = (await client.get("/models")).text
        monkeypatch.setattr(models, "MOST_AT_ONCE", 0)
        await client.get("/models")
        assert room.app.state.office.errands.of(models.KEY).over.wait(60)
        assert "100 / 100 张卡的等级不同" in (await client.get("/models")).text
    room.app.state.office = office
    assert "稳定" in page
    assert "100 / 100 张卡的等级不同" in page
    assert "加重" in page


async def test_the_challenger_beside_a_live_door_is_told(room, tmp_path):
    office = room.app.state.office
    room.app.state.office = replace(office, door=tmp_path)
    async with room.entered("administrator") as client:
        assert "没有挑战者的记录" in (await client.get("/models")).text
        made = notebook.Notebook(tmp_path, {"model_versions": {}, "policy_version": "p1"}, now=AT)
        one = {"event_kind": "transfer", "event_id": "t-0123456789", "given": "allow", "given_score": None, "challenger": "delay_settlement", "challenger_score": 0.9}  # fmt: skip
        counts = {"challenger.judged": 1234, "challenger.different": 1, "challenger.transfer.allow.delay_settlement": 1}  # fmt: skip
        made.write(counts, [one], now=AT)
        page = (await client.get("/models")).text
    room.app.state.office = office
    assert "1 / 1,234" in page
    assert "▲" in page
    assert "t-••••••6789" in page


async def test_how_far_each_feature_moved_since_training_is_told_in_words(room, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    office = room.app.state.office
    room.app.state.office = replace(office, findings=Findings(out, None))
    async with room.entered("administrator") as client:
        assert "没有留下特征的分布" in (await client.get("/models")).text
        judge = load_judge(default_folder(), "opening", "default")
        X = np.full((40, len(judge.model.names)), np.nan, np.float32)
        drifting.write(out, {"opening": drifting.moved(judge, X), "sim": {}})
        page = (await client.get("/models")).text
        drifting.write(out, {"sim": {}})
        assert "没有可比较的" in (await client.get("/models")).text
        (out / drifting.FILE).write_text("{", "utf-8")
        assert "没有留下特征的分布" in (await client.get("/models")).text
    room.app.state.office = office
    assert "抽样 40" in page
    assert "100.0%" in page
    assert "变化较大" in page
    named = [name for name, (zh, _) in catalogue.sentences().items() if zh in page and f">{name}<" in page]  # fmt: skip
    assert len(named) == models.MOST_FEATURES
