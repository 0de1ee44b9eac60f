from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from duanka import tables
from duanka.errors import BadInput
from duanka.governance.effects import of_outreach, of_training
from duanka.governance.outreach import uplift

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_people_harmed_before_they_were_told_or_after_the_end_count_for_nothing():
    people = [f"p{n}" for n in range(40)]
    account = {"account_id": [f"a{n}" for n in range(40)], "account_kind": ["class_1"] * 40, "holder_id": people, "institution_id": ["i"] * 40, "opened_at": [AT] * 40}  # fmt: skip
    harmed = {0: 5, 1: -5, 2: 400, 30: 5, 31: 6, 32: 7}  # card: days after being told
    label = {"card_kind": ["account"] * 6, "card_id": [f"a{n}" for n in harmed], "implicated": [True] * 6, "known_at": [AT + timedelta(days=d) for d in harmed.values()], "source": ["police"] * 6}  # fmt: skip
    frames = {n: tables.typed(n, pl.DataFrame(r)) for n, r in (("account", account), ("label", label))}  # fmt: skip
    told = pl.DataFrame({"group": ["g"] * 40, "message_id": ["m"] * 40, "person_id": people, "held_out": [n >= 30 for n in range(40)], "told_at": [AT] * 40})  # fmt: skip
    row = of_outreach(told, frames, until=AT + timedelta(days=90), interval_share=0.95).row(0, named=True)  # fmt: skip
    assert (row["told_count"], row["told_harmed"], row["held_count"], row["held_harmed"]) == (30, 1, 10, 3)  # fmt: skip
    assert (row["difference"], row["lower"], row["upper"]) == uplift((1, 30), (3, 10), interval_share=0.95)  # fmt: skip
    with pytest.raises(BadInput, match="lacks told_at"):
        of_outreach(told.drop("told_at"), frames, until=AT, interval_share=0.95)


def test_training_that_halves_the_rate_is_seen_with_its_exact_range():
    rng = np.random.default_rng(2)
    held = np.arange(60) % 2 == 0
    staff = rng.integers(0, 60, 20_000)
    bad = rng.random(20_000) < np.where(held[staff], 0.02, 0.01)
    cards = pl.DataFrame({"staff_id": [f"s{n}" for n in staff], "opened_month": np.full(20_000, 100), "known_month": np.where(bad, 102, 0)}).with_columns(known_month=pl.when(pl.col("known_month") > 0).then("known_month"))  # fmt: skip
    taught = pl.DataFrame({"staff_id": [f"s{n}" for n in range(60)], "held_out": held, "taught_month": [99] * 60})  # fmt: skip
    told = of_training(taught, cards, month=110, months_after=6, interval_share=0.95)
    assert told["lower"] < 0.5 < told["upper"] < 1
    n, bad_n, m, bad_m = (told[c] for c in ("taught_cards", "taught_implicated", "held_cards", "held_implicated"))  # fmt: skip
    exact = binomtest(bad_n, bad_n + bad_m).proportion_ci(0.95)
    assert told["lower"] == pytest.approx(exact.low / (1 - exact.low) * m / n, rel=1e-6)
    assert told["upper"] == pytest.approx(exact.high / (1 - exact.high) * m / n, rel=1e-6)
    early = of_training(taught, cards, month=104, months_after=6, interval_share=0.95)
    assert early["taught_cards"] == 0
    assert early["ratio"] is None
