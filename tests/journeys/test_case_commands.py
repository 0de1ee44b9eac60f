"""The trade's day at the command: a run becomes cases, orders are decided, told, appealed and lifted."""

import json
import re

import polars as pl
import pytest

from ledgers import BOTH, empty_url
from shell import duanka, fine, refused


@pytest.fixture(params=BOTH)
def at(request, tmp_path):
    """The options that name a new ledger."""
    return ["--ledger", empty_url(request.param, tmp_path), "--keys", tmp_path / "keys"]


def numbers(said: str) -> dict[str, int]:
    return {name: int(n.replace(",", "")) for name, n in re.findall(r"(\w+) ([\d,]+)", said)}


def test_from_a_run_to_a_lifted_order(lived, at, tmp_path):
    done = numbers(fine(duanka("open-cases", lived.out, "--data", lived.data, *at)).out)
    acted = pl.read_parquet(lived.out / "score.parquet").filter(pl.col("measure") != "allow")
    assert done["cases"] > 0
    assert done["in_force"] + done["proposed"] + done["left_alone"] == acted.height
    again = numbers(fine(duanka("open-cases", lived.out, "--data", lived.data, *at)).out)
    assert again == done
    assert fine(duanka("audit", "verify", *at)).out.endswith("whole 完整\n")

    fine(duanka("send", "--to", tmp_path / "sent", *at))
    sent = [json.loads(p.read_text("utf-8")) for p in (tmp_path / "sent" / "notice").glob("*.json")]
    told = [one["text"] for one in sent if one["tells"] == "measure"]
    assert told
    for text in told:
        assert "申诉" in text["zh"]
        assert "appeal" in text["en"]

    proposed = fine(duanka("order", "list", *at)).out.split()[0]
    decide = [
        "order",
        "decide",
        proposed,
        "--say",
        "yes",
        "--because",
        "核实过",
        "--role",
        "officer",
    ]
    refused(duanka(*decide, "--as", "system", "--role", "system", *at))
    fine(duanka(*decide, "--as", "one", *at))
    if "proposed" in fine(duanka("order", "show", proposed, *at)).out.split("\n")[0]:
        refused(duanka(*decide, "--as", "one", *at))
        fine(duanka(*decide, "--as", "two", *at))
    assert " in_force " in fine(duanka("order", "show", proposed, *at)).out

    receive = ["appeal", "receive", proposed, "--channel", "letter", "--says", "是工资"]
    appeal = fine(duanka(*receive, *at)).out.split()[0]
    assert fine(duanka(*receive, *at)).out.split()[0] == appeal
    answer = ["appeal", "decide", appeal, "--say", "grant", "--because", "有工资单"]
    refused(duanka(*answer, "--as", "one", "--role", "reviewer", *at))
    released = ["--document", "0" * 64]
    fine(duanka(*answer, "--as", "three", "--role", "reviewer", *released, *at))
    assert " lifted " in fine(duanka("order", "show", proposed, *at)).out
    assert "labels 标签: 1" in fine(duanka("export-labels", "--out", tmp_path / "l", *at)).out
    label = pl.read_parquet(tmp_path / "l" / "label-appeals.parquet")
    assert label.row(0, named=True)["source"] == "appeal"

    fine(duanka("remind", *at))
    fine(duanka("expire", *at))
    figures = json.loads(fine(duanka("report", "fairness", "--json", *at)).out)
    assert figures["human_review"]["appeals"] == {"granted": 1}
    case = fine(duanka("case", "list", *at)).out.split()[1]
    fine(duanka("case", "report", case, "--out", tmp_path / "papers", *at))
    assert (tmp_path / "papers" / f"{case}.docx").exists()
    fine(duanka("audit", "rotate-keys", *at))
    fine(duanka("audit", "checkpoint", "--out", tmp_path / "mark.json", *at))
    whole = fine(duanka("audit", "verify", "--anchor", tmp_path / "mark.json", *at))
    assert whole.out.endswith("whole 完整\n")


def test_a_ledger_that_is_not_named_is_asked_for(tmp_path):
    assert "--ledger" in refused(duanka("order", "list")).err
    assert "no table of scores" in (
        refused(duanka("open-cases", tmp_path, "--ledger", tmp_path / "l.db")).err.replace(
            "there is ", ""
        )
    )
