from __future__ import annotations

import polars as pl

from duanka.jobs.report_parts import figures


def test_every_tier_has_a_row_even_when_nobody_is_in_it():
    (kind,) = figures.kinds({"sim": 20_000}, {("sim", "high_risk"): 3}, ["sim"])
    assert [(tier.code, tier.count, tier.per_10k) for tier in kind.tiers] == [
        ("high_risk", "3", "1.50"),
        ("suspicious", "0", "0.00"),
        ("normal", "0", "0.00"),
    ]


def test_faults_come_most_frequent_first_with_their_first_line_and_no_path():
    rejects = pl.DataFrame(
        {
            "table": ["sim", "call", "sim"], "file": ["/a/b/sim.csv", None, "/a/b/sim.csv"], "line": [9, None, 10],
            "column": ["x", None, "x"], "fault": ["bad_id", "worse", "bad_id"], "value": ["v*", None, "w*"],
        }
    )  # fmt: skip
    told = figures.faults(
        [("call", "worse", 1), ("sim", "bad_id", 2), ("sim", "unseen", 2)], rejects
    )
    assert [(fault.fault.en, fault.where, fault.value) for fault in told] == [
        ("not an id", "sim.csv:9", "v*"),
        ("unseen", "—", "—"),
        ("worse", "—", "—"),
    ]


def test_calls_are_not_shown_answers_that_no_call_was_given():
    intercept = pl.DataFrame({"event_kind": ["call", "transfer"], "answer": ["allow", "restrict"]})
    told = {kind.code: kind for kind in figures.by_event_kind(intercept)}
    assert [given.code for given in told["call"].answers] == ["allow"]
    assert len(told["transfer"].answers) == 5
    assert (told["call"].stopped, told["transfer"].stopped) == (0, 1)
