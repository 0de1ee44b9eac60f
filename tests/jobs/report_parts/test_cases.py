from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from duanka.jobs.report_parts import cases
from duanka.jobs.report_parts.words import Both

LAWFUL = {
    ("account", "refuse_opening"): ("反电信网络诈骗法 第十六条", "officer"),
    ("sim", "check_further"): ("反电信网络诈骗法 第十条", "system"),
}
AT = datetime(2026, 3, 1, tzinfo=UTC)


def _telling(sentences, values=None):
    return cases.Telling(sentences, values or {}, LAWFUL, AT)


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        ("burst", {}, Both("突然很忙", "Suddenly busy")),
        ("burst", {"burst": ("9 笔", "9 transfers")}, Both("突然很忙：9 笔", "Suddenly busy: 9 transfers")),
        ("burst=9", {}, Both("突然很忙：9", "Suddenly busy: 9")),
        ("share", {"share": ("8 %", "8 %")}, Both("转出 8 %", "8 % went out")),
        ("share", {}, Both("转出 —", "— went out")),
        ("unheard_of", {}, Both("unheard_of", "unheard_of")),
    ],
)  # fmt: skip
def test_a_reason_is_its_sentence_with_its_value(code, values, expected):
    sentences = {"burst": ("突然很忙。", "Suddenly busy."), "share": ("转出 {value}", "{value} went out")}  # fmt: skip
    told = _telling(sentences, {("account", "A"): values}).reasons("account", "A", [code])
    assert told == (expected,)


def test_openings_take_the_article_of_their_card_kind():
    advice = pl.DataFrame(
        {
            "opening_id": ["O1", "O2", "O3"],
            "score": [0.2, 0.9, 0.95],
            "advice": ["check_further", "refuse_opening", "allow"],
            "reasons": [["x"], ["x"], ["x"]],
            "card_kind": ["sim", "account", "sim"],
        }
    )
    shown = cases.openings(advice, telling=_telling({}), most=10)
    assert [case.row for case in shown] == [2, 1]
    assert [case.basis.article.zh[-4:] for case in shown] == ["第十六条", " 第十条"]


def test_unknown_amounts_are_a_dash_and_known_ones_are_added_up():
    frame = pl.DataFrame({"answer": ["allow", "allow", "restrict"], "amount_fen": [100, None, 250]})
    told = {given.code: given for given in cases.answers(frame, "answer", "answer")}
    assert told["allow"].amount.zh == "1.00 元"
    assert told["allow"].count == 2
    assert told["suspend"].count == 0
    bare = cases.answers(frame.drop("amount_fen"), "answer", "answer")
    assert {given.amount.zh for given in bare} == {"—"}


def test_equal_scores_keep_the_order_of_the_table():
    score = pl.DataFrame(
        {
            "card_kind": ["sim"] * 3, "card_id": ["C", "A", "B"], "score": [0.5, float("nan"), 0.5],
            "tier": ["suspicious"] * 3, "measure": ["reverify_identity"] * 3, "reasons": [[]] * 3,
        },
        schema_overrides={"reasons": pl.List(pl.String)},
    )  # fmt: skip
    lines = pl.DataFrame(schema={"card_kind": pl.String, "card_id": pl.String, "kind": pl.String, "at": pl.Datetime("us", "UTC"), "value": pl.Int64, "other": pl.String})  # fmt: skip
    shown = cases.cards(score, "sim", timelines=lines, telling=_telling({}), most=3)
    assert [case.row for case in shown] == [1, 3, 2]
