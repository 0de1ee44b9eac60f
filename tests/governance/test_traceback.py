from datetime import UTC, date, datetime, timedelta
from functools import cache

import polars as pl
import pytest

from duanka import tables
from duanka.governance import traceback
from duanka.governance.attribution import attribute
from duanka.policy import dated
from town import small_town

REGIME = dated.load().at(date(2026, 8, 1))
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@cache
def town():
    frames = small_town().tables
    attributed = attribute(frames)
    return frames, attributed, traceback.trace_back(attributed, frames, REGIME)


def test_every_implicated_card_is_traced_once_to_its_opening_and_a_control():
    frames, attributed, traced = town()
    bad = attributed.filter(pl.col("known_month").is_not_null())
    assert traced.height == bad.height > 0
    assert set(traced["control"]) <= set(traceback.CONTROLS)
    opening = frames["opening"].select("opening_id", pl.col("card_id").alias("of"), "terminal_id")
    known = traced.join(opening, on="opening_id", suffix="_told")
    assert known.height == traced["opening_id"].count()
    assert known["card_id"].to_list() == known["of"].to_list()
    assert known["terminal_id"].equals(known["terminal_id_told"], check_names=False)
    counted = traceback.controls(traced)
    assert counted["cards"].sum() == traced.height
    assert "card_id" not in counted.columns


def one_card(**more):
    """A town of one implicated account, opened at noon and found after so many days, with what else is told."""
    account = [{"account_id": "a", "account_kind": "class_1", "holder_id": "p", "institution_id": "i", "outlet_id": "o", "opened_at": NOON}]  # fmt: skip
    opening = {"card_kind": "account", "outlet_id": "o", "staff_id": "s", "terminal_id": "t", "outcome": "opened"}  # fmt: skip
    rows = {
        "account": more.get("account", []) + account,
        "opening": [
            {**opening, "opening_id": "q", "at": NOON, "card_id": "a", "applicant_id": "p"}
            | more.get("mine", {}),
            *({**opening, **one} for one in more.get("opening", [])),
        ],
        "label": [{"card_kind": "account", "card_id": "a", "implicated": True, "known_at": NOON + timedelta(days=more.get("days", 30)), "source": "police"}],
        "transfer": more.get("transfer", []),
        "lead": more.get("lead", []),
    }  # fmt: skip
    frames = {
        name: tables.typed(name, pl.DataFrame(one, infer_schema_length=None))
        for name, one in rows.items()
        if one
    }
    return traceback.trace_back(attribute(frames), frames, REGIME).row(0, named=True)


def paid(day):
    return {"transfer_id": f"t{day}", "at": NOON + timedelta(days=day), "payer_id": "a", "payee_id": "b", "amount_fen": 1}  # fmt: skip


def came(n, who):
    return {"opening_id": f"c{n}", "at": NOON - timedelta(days=40), "applicant_id": who, "companion_id": "m", "card_id": None}  # fmt: skip


MISSED = {
    "refused_before": {"opening": [{"opening_id": "r", "at": NOON - timedelta(days=3), "applicant_id": "p", "card_id": None, "outcome": "refused"}]},
    "brought": {"mine": {"companion_id": "m"}, "opening": [came(1, "u"), came(2, "v")]},
    "many_held": {"account": [{"account_id": f"h{n}", "account_kind": "class_2", "holder_id": "p", "institution_id": "i", "opened_at": NOON - timedelta(days=9 + n)} for n in range(4)]},
    "woke_unasked": {"days": 900, "transfer": [{**paid(-1), "payer_id": "x"}, paid(800)]},
    "paid_after_lead": {"lead": [{"lead_id": "l", "issued_at": NOON + timedelta(days=20), "issuer_id": "x", "card_kind": "account", "card_id": "a", "deadline_at": NOON + timedelta(days=20.5)}], "transfer": [paid(21)]},
    "none_seen": {},
}  # fmt: skip


@pytest.mark.parametrize("control", MISSED)
def test_each_control_is_told_where_it_was_missed_and_only_there(control):
    told = one_card(**MISSED[control])
    assert told["control"] == control
    assert told["missed"] == ("" if control == "none_seen" else control)
    assert told["terminal_id"] == "t"


def test_every_control_has_its_case():
    assert set(MISSED) == set(traceback.CONTROLS)


def test_new_goes_by_opening_and_stock_by_when_it_was_found():
    assert (one_card()["side"], one_card()["period"]) == ("new", "2026-03")
    late = one_card(days=300)
    assert (late["side"], late["period"]) == ("stock", "2026-12")


def test_a_terminal_stands_out_beside_the_others_of_its_outlet():
    cards = pl.DataFrame(
        {"card_kind": "sim", "card_id": [f"c{n}" for n in range(600)], "outlet_id": [f"o{n % 3}" for n in range(600)]}
    )  # fmt: skip
    opening = cards.with_columns(
        opening_id="card_id",
        at=pl.lit(NOON),
        applicant_id="card_id",
        companion_id=pl.lit(None, dtype=pl.String),
        terminal_id=pl.format("t{}", pl.int_range(pl.len()) % 30),
    )
    bad = [f"c{30 * n}" for n in range(8)] + ["c1", "c35", "c77"]
    traced = pl.DataFrame({"card_kind": "sim", "card_id": bad})
    rows = traceback.terminals(cards, traced, {"opening": opening}, REGIME)
    assert rows.filter("stands_out")["terminal_id"].to_list() == ["t0"]
    assert rows["implicated"].sum() == len(bad)
    assert rows["cards"].sum() == 600
