"""A good row of every input table, and what happens to it when a value is changed."""

import polars as pl
import pytest

from duanka.tables.check import check

AT = "2021-10-11T09:00:00+08:00"
GOOD = {
    "institution": {"institution_id": "I1", "institution_kind": "bank", "name": "某银行"},
    "outlet": {
        "outlet_id": "O1",
        "institution_id": "I1",
        "outlet_kind": "branch",
        "region_code": "990101",
    },
    "staff": {"staff_id": "W1", "outlet_id": "O1", "hired_on": "2019-03-01"},
    "person": {"person_id": "P1", "birth_year": "1990", "home_region_code": "990101"},
    "organisation": {"organisation_id": "C1", "registered_on": "2020-05-06"},
    "account": {
        "account_id": "A1",
        "account_kind": "class_1",
        "holder_id": "P1",
        "institution_id": "I1",
        "opened_at": AT,
        "status": "active",
    },
    "sim": {
        "sim_id": "S1",
        "sim_kind": "phone",
        "holder_id": "P1",
        "institution_id": "I2",
        "activated_at": AT,
    },
    "opening": {
        "opening_id": "N1",
        "at": AT,
        "card_kind": "account",
        "applicant_id": "P1",
        "outlet_id": "O1",
        "outcome": "opened",
    },
    "transfer": {
        "transfer_id": "T1",
        "at": AT,
        "payer_id": "A1",
        "payee_id": "A2",
        "amount_fen": "100",
    },
    "call": {"call_id": "L1", "at": AT, "caller_id": "S1", "callee_id": "S2", "duration_s": "30"},
    "message": {"message_id": "M1", "at": AT, "sender_id": "S1", "receiver_id": "S2"},
    "device_use": {"at": AT, "card_kind": "sim", "card_id": "S1", "device_id": "D1"},
    "label": {
        "card_kind": "account",
        "card_id": "A1",
        "implicated": "1",
        "known_at": AT,
        "source": "police",
    },
    "lead": {
        "lead_id": "E1",
        "issued_at": AT,
        "issuer_id": "X1",
        "card_kind": "account",
        "card_id": "A1",
    },
}


@pytest.fixture
def good():
    return lambda table, **values: {**GOOD[table], **values}


@pytest.fixture
def refused(good):
    """The faults of a good row with these values changed, as (column, fault)."""

    def faults(table, **values):
        row = {
            name: value if value is None else str(value)
            for name, value in good(table, **values).items()
        }
        checked = check(pl.DataFrame([row]), table)
        assert checked.refused + checked.rows.height == 1
        return set(checked.rejects.select("column", "fault").iter_rows())

    return faults
