import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from duanka.leads.standing import COLUMNS, standing, wilson
from ledgers import AT


def rows(*told):
    return pl.DataFrame(
        [
            (s, "answered" if o else "expired", o, lifted, AT, AT, AT if o else None)
            for s, o, lifted in told
        ],
        schema=COLUMNS,
        orient="row",
    )


def test_precision_counts_what_was_refuted_and_leaves_out_what_was_not_ours():
    told = [("a", "controlled", False)] * 3 + [
        ("a", "controlled", True),
        ("a", "nothing_found", False),
    ]
    told += [("a", "not_ours", False), ("a", None, False), ("b", "not_ours", False)]
    first, second = standing(rows(*told)).iter_rows(named=True)
    assert (first["sender_id"], first["leads"], first["answered"]) == ("a", 7, 6)
    assert (first["right"], first["wrong"], first["not_ours"], first["expired"]) == (3, 2, 1, 1)
    assert first["precision_share"] == pytest.approx(0.6)
    assert first["lower_share"] < 0.6 < first["upper_share"]
    assert (second["precision_share"], second["lower_share"], second["upper_share"]) == (None, 0, 1)
    assert first["received_to_control_minutes"] == 0


def test_the_interval_is_wilsons():
    for right, whole in ((0, 1), (1, 1), (3, 7), (90, 100)):
        low, high = proportion_confint(right, whole, method="wilson")
        assert wilson(right, whole)[1:] == pytest.approx((low, high), abs=1e-6)


def test_without_leads_there_is_nobody():
    assert standing(rows()).is_empty()
