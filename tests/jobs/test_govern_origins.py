from datetime import timedelta

import polars as pl

from duanka import tables
from duanka.governance.months import begins_at, parse_month
from duanka.jobs.govern_origins import FEWEST, origins

MAY = parse_month("2026-05")


def town(homes, *, days=1):
    """Applications at one outlet of 990101 by people from so many homes each; every third is refused."""
    people = [(f"p{n}", home) for n, home in enumerate(homes)]
    rows = {
        "outlet": [{"outlet_id": "o", "institution_id": "i", "outlet_kind": "hall", "region_code": "990101"}],
        "person": [{"person_id": who, "home_region_code": home} for who, home in people],
        "opening": [{"opening_id": who, "at": begins_at(MAY) + timedelta(days=days), "card_kind": "sim", "applicant_id": who, "outlet_id": "o", "outcome": "refused" if n % 3 == 0 else "opened"} for n, (who, _) in enumerate(people)],
    }  # fmt: skip
    return {
        name: tables.typed(name, pl.DataFrame(one, infer_schema_length=None))
        for name, one in rows.items()
    }


def test_applications_are_counted_by_institution_and_no_person_leaves():
    homes = ["990102"] * 12 + ["990201"] * 15 + [None] * 5
    row = origins(town(homes), month=MAY).row(0, named=True)
    assert row == {"institution_id": "i", "away": 15, "away_refused": 5, "near": 12, "near_refused": 4}  # fmt: skip


def test_few_applications_other_months_and_absent_tables_say_nothing():
    few = ["990102"] * 12 + ["990201"] * (FEWEST - 1)
    assert origins(town(few), month=MAY).is_empty()
    many = ["990102"] * 12 + ["990201"] * 12
    assert origins(town(many), month=MAY + 3).height == 1
    assert origins(town(many), month=MAY + 4).is_empty()
    assert origins(town(many), month=MAY - 1).is_empty()
    assert origins({}, month=MAY).is_empty()
