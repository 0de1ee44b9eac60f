"""The ways a layout may read a value."""

from datetime import UTC, datetime

import polars as pl
import pytest

from duanka.errors import BadInput
from duanka.tables.means import KEYED, Context, entry, read

CONTEXT = Context(file="a.csv", key="secret")
ID = "99010119700101001X"
CODE = "99990101000000000"


def told(values, means, context=CONTEXT):
    return read(pl.Series("v", values), means, context).to_list()


def test_yuan_are_fen_to_the_last_digit():
    texts = [
        "12.5",
        "1,234.56",
        "￥7",
        "-0.01",
        "0.1200",
        "1.234",
        "x",
        "92233720368547.99",
        "",
        None,
    ]
    assert told(texts, "yuan") == [
        1250,
        123456,
        700,
        -1,
        12,
        None,
        None,
        9223372036854799,
        None,
        None,
    ]
    assert told([0.29, 1.1, 1.005, None], "yuan") == [29, 110, None, None]
    assert told([3], "yuan") == [300]
    assert told(["-5.00"], "yuan_size") == [500]


def test_a_bare_day_is_its_first_moment():
    nine = datetime(2021, 10, 10, 16, tzinfo=UTC)
    assert told(["20211011", "2021-10-11 00:00:00", "x"], "instant_or_day") == [nine, nine, None]
    assert told(["20211011"], "instant") == [None]


def test_regions_of_codes_and_of_ids():
    assert told(["990101", "990101001002", "某市", "9901"], "region") == [
        "990101",
        "990101",
        None,
        None,
    ]
    assert told([ID, "9" * 18], "region_of_id") == ["990101", None]
    assert told([ID, "x"], "birth_year_of_id") == ["1970", None]


@pytest.mark.parametrize("means", KEYED)
def test_no_identifier_goes_through_as_it_is(means):
    values = ["16400001234", ID, "620000000000000000", None]
    out = told(values, means)
    assert out[-1] is None
    assert not [v for v in out[:3] if any(known in v for known in values[:3])]
    with pytest.raises(BadInput, match="DUANKA_DIGEST_KEY"):
        told(values, means, Context())


def test_spellings_of_one_number_are_one_id():
    assert len(set(told(["16400001234", "+86 164 0000 1234", "8616400001234\t"], "sim"))) == 1
    assert len(set(told(["6200 0000\t0001", "'620000000001"], "account"))) == 1


def test_a_holder_is_a_company_by_its_credit_code():
    from stdnum.cn import uscc

    code = CODE + uscc.calc_check_digit(CODE)
    company, person = told([code, ID], "holder")
    assert company == told([code], "organisation")[0]
    assert person == told([ID], "person")[0]


def test_an_entry_is_numbered_the_same_on_every_reading():
    lines = pl.Series([2, 3])
    assert entry(lines, CONTEXT).to_list() == entry(lines, CONTEXT).to_list()
    assert entry(lines, CONTEXT).n_unique() == 2
    assert entry(lines, Context(file="b.csv")).to_list() != entry(lines, CONTEXT).to_list()
