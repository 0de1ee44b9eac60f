from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from duanka.features import catalogue
from duanka.jobs.judge import Judged
from duanka.jobs.load import Count
from duanka.jobs.tell import reason_sentences, summary_of, timelines_of, told
from office import (
    AS_OF,
    account,
    before,
    call,
    dataset,
    judge_of,
    label,
    lead,
    opening,
    regime,
    sim,
    table,
    transfer,
)


@pytest.mark.parametrize(
    ("code", "value", "zh", "en"),
    [
        ("in_total_fen_1d", 123_456.0, "1,234.56元", "1,234.56 yuan"),
        ("amount_fen", 1.0, "0.01元", "0.01 yuan"),
        ("payer_in_mean_fen_30d", 50.0, "0.50元", "0.50 yuan"),
        ("passed_hour_share_1d", 0.934, "93%", "93%"),
        ("of_payer_largest", 3.0, "300%", "300%"),
        ("shared_first_count_7d", 3.0, "3", "3"),
        ("in_out_balance_7d", 0.5, "50%", "50%"),
        ("since_call_s", 45.0, "45秒", "45 s"),
        ("call_longest_s_1d", 150.0, "2.5分钟", "2.5 minutes"),
        ("since_last_s", 7_200.0, "2.0小时", "2.0 hours"),
        ("dwell_total_s_7d", 86_400.0 * 3, "3.0天", "3.0 days"),
        ("is_corporate", 1.0, "是", "yes"),
        ("has_bound_sim", 0.0, "否", "no"),
        ("bound_apart", 1.0, "是", "yes"),
        ("in_count_30d", 12_345.0, "12,345", "12,345"),
        ("age_days", 12.34, "12.3", "12.3"),
        ("in_per_payer_30d", float("nan"), "未知", "unknown"),
    ],
)
def test_values_are_told_in_the_unit_of_their_feature(code, value, zh, en):
    assert told(code, value) == (zh, en)


def test_every_feature_has_a_value_that_a_person_can_read():
    for subject in catalogue.SUBJECTS:
        for name in catalogue.names_of(subject):
            for value in (0.0, 1.0, 2.5, 1e9, float("nan"), float(np.float32(1e12))):
                zh, en = told(name, value)
                assert zh, name
                assert en, name
                assert "e+" not in en, name
            unit = told(name, 3.0)[1]
            assert ("yuan" in unit) == ("fen" in name.split("_")), name
            assert not (unit.endswith("%") and "count" in name.split("_")), name


def test_every_reason_code_has_both_sentences():
    words = reason_sentences(regime())
    assert words["implicated"]
    for subject in catalogue.SUBJECTS:
        assert set(catalogue.names_of(subject)) <= set(words)
    assert all(zh and en for zh, en in words.values())


class Read:
    """A dataset as loaded, as far as the page asks of it."""

    counts = (Count("account", 12, 10, 2),)
    notes = (("没有通话", "no calls"),)
    rejects = table(
        "rejects",
        [
            {"table": "account", "file": "account.csv", "line": n, "fault": "missing"}
            for n in (3, 4)
        ],
    ).lazy()


def judged(kind, tiers):
    rows = [
        {
            "card_kind": kind,
            "card_id": name,
            "as_of": AS_OF,
            "score": 0.5,
            "tier": tier,
            "measure": "allow",
            "reasons": [],
            "model_version": "m",
            "policy_version": "p",
        }
        for name, tier in tiers.items()
    ]
    return Judged(table("score", rows), pl.DataFrame(), {"a0": {"in_count_1d": 3.0}})


PEOPLE = 12


def groups():
    """Twelve people of many ages, their accounts opened here, their homes here or elsewhere."""
    people = [
        {
            "person_id": f"p{n}",
            "birth_year": [1950, 2006, 1990, None][n % 4],
            "home_region_code": "990101" if n % 3 else "990202",
        }
        for n in range(PEOPLE)
    ]
    rows = [account(f"a{n}", holder=f"p{n}", outlet_id="o") for n in range(PEOPLE)]
    rows.append(account("firm", holder="c", outlet_id="o"))
    outlets = [
        {"outlet_id": "o", "institution_id": "b", "outlet_kind": "hall", "region_code": "990103"}
    ]
    tiers = {f"a{n}": "suspicious" if n % 5 < 2 else "normal" for n in range(PEOPLE)}
    return dataset(account=rows, person=people, outlet=outlets), tiers | {"firm": "high_risk"}


def summary(held, found, how="default"):
    judge = judge_of("account", "to_lead_count_90d")
    judges = {"account": type(judge)("account", judge.model, how)}
    return summary_of(Read(), held, {"account": found}, judges, regime())


def test_the_page_is_told_what_was_counted():
    held, tiers = groups()
    page = summary(held, judged("account", tiers))
    assert page.judged == {"account": 13}
    assert page.tiers == {
        ("account", "normal"): 6,
        ("account", "suspicious"): 6,
        ("account", "high_risk"): 1,
    }
    assert page.tables_read == [("account", 12, 10, 2)]
    assert page.rejects_by_fault == [("account", "missing", 2)]
    assert page.as_of == AS_OF
    assert page.capacity == {"account": 1}
    assert page.reason_values["account", "a0"] == {"in_count_1d": ("3", "3")}
    assert [en for _, en in page.missing] == [
        "no calls",
        "The data hold no phone cards, transfers, calls, applications; none were judged.",
    ]


def test_figures_are_told_only_of_what_was_trained_here():
    held, tiers = groups()
    assert summary(held, judged("account", tiers)).quality == []
    (row,) = summary(held, judged("account", tiers), how="trained_here").quality
    assert row[:2] == ("account", "average_precision")
    assert 0 <= row[2] <= 1


def test_groups_are_compared_with_everybody_else_of_known_group():
    held, tiers = groups()
    people = {f"p{n}": [1950, 2006, 1990, None][n % 4] for n in range(PEOPLE)}
    year = 2026

    def shares(inside):
        mine, rest = [], []
        for n in range(PEOPLE):
            known = inside(n)
            if known is not None:
                (mine if known else rest).append(tiers[f"a{n}"] != "normal")
        return sum(mine) / len(mine), sum(rest) / len(rest), len(mine)

    def age(low, high):
        def inside(n):
            born = people[f"p{n}"]
            return None if born is None else low <= year - born <= high

        return inside

    expected = {
        "age_60_plus": shares(age(60, 200)),
        "age_18_22": shares(age(18, 22)),
        # the outlet lies in the same city as homes of 9901, in another than those of 9902
        "non_local": shares(lambda n: n % 3 == 0),
    }
    found = {row[0]: row for row in summary(held, judged("account", tiers)).fairness}
    assert set(found) == set(expected)
    for name, (mine, rest, size) in expected.items():
        assert found[name][1:] == (
            "above_normal_share",
            pytest.approx(mine),
            pytest.approx(rest),
            pytest.approx(mine / rest) if rest else None,
            size,
        )


def test_nothing_is_said_of_groups_that_nobody_is_known_to_belong_to():
    _, tiers = groups()
    rows = [account(f"a{n}", holder=f"p{n}") for n in range(PEOPLE)]
    assert summary(dataset(account=rows), judged("account", tiers)).fairness == []
    people = [{"person_id": f"p{n}"} for n in range(PEOPLE)]
    held = dataset(account=rows, person=people)
    assert summary(held, judged("account", tiers)).fairness == []
    assert summary(dataset(person=people), judged("account", tiers)).fairness == []


def test_a_strong_cards_timeline_holds_all_that_happened_to_it_in_ninety_days():
    held = dataset(
        account=[account("bad"), account("good")],
        transfer=[
            transfer("t1", "good", "bad", before(9), amount_fen=700),
            transfer("t2", "bad", "CASH", before(8), amount_fen=600),
            transfer("t3", "good", "bad", before(91)),
            transfer("t4", "good", "other", before(1)),
        ],
        call=[call("c", "bad", "x", before(3))],
        device_use=[
            {"at": before(7), "card_kind": "account", "card_id": "bad", "device_id": "d"},
            {"at": before(7), "card_kind": "sim", "card_id": "bad", "device_id": "d"},
        ],
        lead=[lead("l", "bad", before(6))],
        label=[label("bad", before(5)), label("bad", before(5), kind="sim")],
        opening=[opening("o", "p", before(60), card_id="bad")],
        sim=[sim("quiet")],
    )
    score = judged("account", {"bad": "high_risk", "good": "normal"}).table
    lines = timelines_of(held, score)
    assert [(r["kind"], r["value"], r["other"]) for r in lines.iter_rows(named=True)] == [
        ("open", None, None),
        ("in", 700, "good"),
        ("out", 600, "CASH"),
        ("device", None, "d"),
        ("lead", None, None),
        ("label", None, None),
    ]
    assert set(lines["card_id"]) == {"bad"}
    assert lines["at"].min() >= AS_OF - timedelta(days=90)


def test_without_a_strong_card_there_is_no_timeline():
    held = dataset(account=[account("a")])
    lines = timelines_of(held, judged("account", {"a": "normal"}).table)
    assert lines.is_empty()
    assert "card_id" in lines.columns


def test_a_phone_cards_timeline_holds_its_calls():
    held = dataset(
        call=[call("c1", "s", "x", before(2), duration_s=7), call("c2", "y", "s", before(1))],
    )
    lines = timelines_of(held, judged("sim", {"s": "suspicious"}).table)
    assert lines["kind"].to_list() == ["call_out", "call_in"]
    assert lines["value"].to_list() == [7, 60]
