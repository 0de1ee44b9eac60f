from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from desks import at, in_force, policy, sit
from duanka import tables
from duanka.cases import order
from duanka.governance.conduct import conduct, of_ledger, share_bounds
from duanka.governance.months import month_of
from duanka.store.ledger import SYSTEM
from ledgers import OFFICER, ledger

DAY = datetime(2026, 6, 10, 2, tzinfo=UTC)
MONTH = month_of(DAY.date())
CARDS = pl.DataFrame(
    {"card_kind": ["account"] * 4, "card_id": ["A1", "A2", "B1", "B2"], "institution_id": ["bank_1", "bank_1", "bank_2", None]}
)  # fmt: skip


def frames():
    outlet = {"outlet_id": ["o1", "o2"], "institution_id": ["bank_1", "bank_2"], "outlet_kind": ["branch"] * 2, "region_code": ["990101"] * 2}  # fmt: skip
    opening = {
        "opening_id": ["1", "2", "3", "4"], "at": [DAY, DAY, DAY, DAY - timedelta(days=40)], "card_kind": ["account"] * 4,
        "applicant_id": ["p"] * 4, "outlet_id": ["o1", "o1", "o2", "o2"], "outcome": ["refused", "opened", "opened", "refused"],
    }  # fmt: skip
    lead = {
        "lead_id": ["l1", "l2", "l3"], "issued_at": [DAY] * 3, "issuer_id": ["police"] * 3, "card_kind": ["account"] * 3,
        "card_id": ["A1", "A2", "B1"], "deadline_at": [DAY + timedelta(hours=1), None, None],
    }  # fmt: skip
    transfer = {
        "transfer_id": ["t1", "t2", "t3"], "at": [DAY + timedelta(minutes=30), DAY + timedelta(hours=2), DAY + timedelta(hours=3)],
        "payer_id": ["A1", "A2", "B1"], "payee_id": ["X"] * 3, "amount_fen": [1, 1, 1], "outcome": ["success", "success", "failed"],
    }  # fmt: skip
    label = {"card_kind": ["account"], "card_id": ["B1"], "implicated": [False], "known_at": [DAY], "source": ["appeal"]}  # fmt: skip
    told = {
        "outlet": outlet,
        "opening": opening,
        "lead": lead,
        "transfer": transfer,
        "label": label,
    }
    return {
        name: tables.typed(name, pl.DataFrame(rows, strict=False)) for name, rows in told.items()
    }


def test_refusals_leads_after_which_money_left_and_cleared_cards_by_institution():
    rows = {r["institution_id"]: r for r in conduct(CARDS, frames(), {}, month=MONTH).to_dicts()}
    assert set(rows) == {"bank_1", "bank_2"}
    one, two = rows["bank_1"], rows["bank_2"]
    assert (one["opening_count"], one["refused_count"], one["refused_share"]) == (2, 1, 0.5)
    assert (two["opening_count"], two["refused_count"]) == (
        1,
        0,
    )  # last month's refusal is not this month's
    assert (one["lead_count"], one["paid_after_count"]) == (2, 1)  # before the deadline is in time
    assert (two["lead_count"], two["paid_after_count"], two["cleared_count"]) == (1, 0, 1)
    assert one["acted_count"] is one["wrongful_share"] is None


def test_wrongful_restrictions_and_late_answers_come_from_the_ledger(tmp_path):
    book = ledger("sqlite", tmp_path)
    made = in_force(book)
    with sit(book, OFFICER, at(5)) as desk:
        order.lift(desk, desk.get("order", made.id), policy(), because="review", words="seen")
    with book.read(SYSTEM, at=at(6)) as desk:
        seen = of_ledger(desk)
    seen["acted"] = pl.DataFrame(
        [("bank_1", DAY, DAY + timedelta(hours=2), DAY + timedelta(hours=1)), ("bank_1", DAY, DAY + timedelta(hours=4), None)],
        schema=seen["acted"].schema, orient="row",
    )  # fmt: skip
    row = conduct(CARDS, {}, seen, month=MONTH).filter(pl.col("institution_id") == "bank_1").row(0, named=True)  # fmt: skip
    assert (row["restricted_count"], row["wrongful_count"], row["wrongful_share"]) == (1, 1, 1.0)
    assert (row["acted_count"], row["late_count"], row["half_within_hours"]) == (2, 1, 3.0)
    assert row["opening_count"] is None
    earlier = conduct(CARDS, {}, seen, month=MONTH - 1)
    assert earlier["restricted_count"].null_count() == earlier.height


def test_bounds_are_those_of_statsmodels():
    rng = np.random.default_rng(1)
    of = rng.integers(1, 300, 1_000).astype(float)
    hits = np.floor(rng.random(1_000) * (of + 1))
    low, high = share_bounds(hits, of)
    theirs = np.array([proportion_confint(k, n, method="beta") for k, n in zip(hits, of, strict=True)])  # fmt: skip
    assert low == pytest.approx(theirs[:, 0], abs=1e-9)
    assert high == pytest.approx(theirs[:, 1], abs=1e-9)
