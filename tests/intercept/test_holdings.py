"""What is counted one application at a time equals what a run counts of all of them at once."""

from functools import cache

import polars as pl

from duanka import tables
from duanka.features import records
from duanka.intercept import terms, warming
from duanka.intercept.holdings import Holdings
from duanka.jobs.holdings import opening_facts
from duanka.policy.dated import load
from town import small_town

POLICY = load()
HELD = ("sims", "iot", "class_1", "class_2", "class_3", "payment", "debit_cards")
FACTS = [*(f"{n}_held" for n in HELD), "companion_applicants", "terminal_applicants", "asked_kind"]


@cache
def town():
    """The small town's tables of the openings, with openings crowded so that limits and batches appear."""
    found = {n: tables.typed(n, small_town().tables[n]) for n in tables.INPUTS}
    crowd = found["opening"].with_columns(
        pl.concat_str(pl.lit("again-"), "opening_id").alias("opening_id"),
        pl.col("at").dt.offset_by("7m"),
        pl.col("applicant_id").gather((pl.int_range(pl.len()) * 7) % 40),
        pl.col("companion_id").fill_null("somebody"),
        pl.lit(None, dtype=pl.String).alias("card_id"),
    )
    found["opening"] = pl.concat([found["opening"], crowd])
    return {n: warming.in_order(n, frame) for n, frame in found.items()}


def test_every_application_of_a_town_is_counted_as_a_run_counts_it():
    frames = town()
    last = frames["opening"]["at"].max()
    regime = POLICY.at(last.date())
    built = records.build(frames, last.replace(year=last.year + 1))
    named = frames["organisation"]["organisation_id"]
    want = opening_facts(built, regime, companies=named).select(FACTS).to_dicts()
    holdings = Holdings(terms.longest_window(POLICY))
    got = []
    asked = [
        e
        for e in warming.events_of(frames)
        if e.kind in {"opening", "account", "sim", "organisation"}
    ]
    at_once = {}
    for event in asked:
        if event.kind == "organisation":
            holdings.company(event.row)
        elif event.kind != "opening":
            holdings.card(event.kind, event.row)
        else:
            at_once.setdefault(event.at, []).append(event.row)
    for at, rows in sorted(at_once.items()):
        windows = terms.TermsBook(POLICY).at(at).windows_us
        for row in rows:
            holdings.applied(row)
        got += [holdings.facts(row, windows) for row in rows]
    assert [{name: one[name] for name in FACTS} for one in got] == want
    for name in ("sims_held", "debit_cards_held", "companion_applicants", "terminal_applicants"):
        assert max(one[name] for one in want) > 1, name
    again = Holdings(terms.longest_window(POLICY))
    again.restore(holdings.save())
    assert again.save() == holdings.save()
    assert again.facts(rows[-1], windows) == got[-1]


def test_a_card_told_anew_is_counted_by_what_was_told_last():
    holdings = Holdings(10**12)
    row = {
        "account_id": "a1",
        "account_kind": "class_1",
        "holder_id": "p1",
        "institution_id": "b1",
        "outlet_id": "o1",
        "opened_at": 5,
    }
    opening = {
        "at": 9,
        "card_kind": "account",
        "card_id": None,
        "applicant_id": "p1",
        "outlet_id": "o1",
        "companion_id": None,
        "terminal_id": None,
    }
    holdings.card("account", row)
    assert holdings.facts(opening, {})["class_1_held"] == 1
    holdings.card("account", {**row, "account_kind": "class_2"})
    facts = holdings.facts(opening, {})
    assert (facts["class_1_held"], facts["class_2_held"], facts["debit_cards_held"]) == (0, 1, 1)
    assert holdings.facts({**opening, "at": 5}, {})["class_2_held"] == 0
