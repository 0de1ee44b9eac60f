import json

import polars as pl

from duanka.network import role_scores
from duanka.network.role_evidence import AGAINST, evidence
from duanka.network.role_signals import said
from duanka.tables.words import ROLES
from network.role_room import day, known, scores

KNOWN = known({}, scores(a=0.1))


def test_evidence_for_and_against_stands_in_one_line_of_json():
    base = pl.DataFrame({
        "subject_kind": ["person"], "subject_id": ["P"], "value": [2.0], "count": [3],
        "first_at": [day(1)], "last_at": [day(2)], "events": [["t1", "t2", "t3"]],
    })  # fmt: skip
    names = ("wages", "contacts_core", "companion", "rings_once")
    signals = pl.concat([said(base, name) for name in names])
    found = role_scores.scored(KNOWN, signals, ("minder", "controller")).with_columns(
        rung=pl.lit("pattern")
    )
    rows = {
        row["role"]: json.loads(row["evidence"])
        for row in evidence(KNOWN, found, signals).iter_rows(named=True)
    }
    minder = rows["minder"]
    assert minder["for"][0]["signal"] == "companion"
    line = minder["for"][0]
    assert (line["value"], line["count"], line["events"]) == (2.0, 3, ["t1", "t2", "t3"])
    assert line["first_at"] == "2026-03-02T00:00:00+00:00"
    assert minder["kinds"] == ["contact", "opening", "paid"]
    assert {line["signal"] for line in rows["controller"]["against"]} == {"companion", "rings_once"}
    assert rows["controller"]["not_held"] == [
        "transfer",
        "call",
        "message",
        "device_use",
        "opening",
        "label",
        "lead",
    ]


def test_every_role_says_what_else_would_explain_it_and_no_word_goes_beyond_suspicion():
    assert set(AGAINST) == set(ROLES)
    told = " ".join(zh + en for zh, en in AGAINST.values())
    assert not any(word in told for word in ("罪", "犯", "criminal", "guilty"))
