"""Real identifiers; those here use unallocated districts and prefixes."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn as oracle_luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from duanka.errors import BadInput
from duanka.tables import identifiers as ids

digits = st.text("0123456789", min_size=12, max_size=20)


def one(function, value):
    return function(pl.Series([value], dtype=pl.String)).to_list()[0]


@settings(max_examples=100, deadline=None)
@given(st.lists(digits, min_size=1, max_size=20))
def test_luhn_is_what_stdnum_says(numbers):
    assert ids.luhn(pl.Series(numbers)).to_list() == [oracle_luhn.is_valid(n) for n in numbers]


def test_a_bank_card_is_13_to_19_digits_with_their_check_digit():
    stem = "620000000000000000"
    card = stem + oracle_luhn.calc_check_digit(stem)
    assert one(ids.is_bank_card, card)
    assert not one(ids.is_bank_card, card[:-1] + str((int(card[-1]) + 1) % 10))
    assert not one(ids.is_bank_card, "18")
    assert not one(ids.is_bank_card, None)


def test_check_characters_of_resident_ids_are_what_stdnum_says():
    draw = random.Random(5)
    stems = [
        f"99{draw.randrange(10_000):04d}19{draw.randrange(40, 99)}{draw.randrange(1, 13):02d}"
        f"{draw.randrange(1, 29):02d}{draw.randrange(1000):03d}"
        for _ in range(300)
    ]
    full = [stem + ric.calc_check_digit(stem + "0") for stem in stems]
    assert ids.is_resident_id(pl.Series(full)).all()
    wrong = [one_id[:-1] + ("0" if one_id[-1] != "0" else "1") for one_id in full]
    assert not ids.is_resident_id(pl.Series(wrong)).any()


def test_a_district_that_stdnum_fails_on_is_no_matter():
    stem = "33011419900101001"
    full = stem + ric.calc_check_digit(stem + "0")
    assert one(ids.is_resident_id, full)


@pytest.mark.parametrize("value", ["990101197002300012", "99010119700101001", "", None, "x" * 18])
def test_what_is_no_resident_id(value):
    assert not one(ids.is_resident_id, value)


def test_the_old_form_and_the_new_are_one_spelling():
    tidy = ids.tidy_resident_id(pl.Series(["990101700101001", " 99010119700101001\tx", "x", None]))
    assert tidy.to_list() == ["99010119700101001X"] * 2 + ["X", None]
    assert ids.is_resident_id(tidy).to_list() == [True, True, False, False]


def test_credit_codes_are_what_stdnum_says():
    draw = random.Random(7)
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    stems = ["99990101" + "".join(draw.choices(alphabet, k=9)) for _ in range(300)]
    full = [stem + uscc.calc_check_digit(stem) for stem in stems]
    assert ids.is_uscc(pl.Series(full)).all()
    swapped = pl.Series([code[:8] + code[9] + code[8] + code[10:] for code in full])

    def valid(code):
        try:
            return bool(uscc.calc_check_digit(code[:17]) == code[17])
        except ValidationError:
            return False

    assert ids.is_uscc(swapped).to_list() == [valid(code) for code in swapped]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *[(prefix + "00001234", "unallocated") for prefix in ids.UNALLOCATED],
        ("+86 170-1234-5678", "mvno"),
        ("008616200001234", "mvno"),
        ("13490001234", "satellite"),
        ("1400000123456", "iot"),
        ("14000001234", "iot"),
        ("12345678901", None),
        ("02800001234", None),
        ("95588", None),
    ],
)
def test_the_number_plan(number, kind):
    tidy = ids.tidy_phone(pl.Series([number]))
    assert ids.phone_kind(tidy).to_list() == [kind]
    assert ids.is_phone(tidy).to_list() == [kind is not None]


def test_a_handset_is_named_by_14_digits_however_it_is_written():
    stem = "99000000000001"
    full = stem + oracle_luhn.calc_check_digit(stem)
    spellings = pl.Series([stem, full, stem + "07", "99-000000-000001-" + full[-1]])
    assert ids.tidy_imei(spellings).unique().to_list() == [stem]
    assert ids.is_imei(pl.Series([stem, full, stem + "07"])).all()
    wrong = stem + str((int(full[-1]) + 1) % 10)
    assert not ids.is_imei(pl.Series([wrong, "0" * 15, "12"])).any()


def test_numbers_printed_on_sims():
    stem = "8986009900000000000"
    assert one(ids.is_iccid, stem + oracle_luhn.calc_check_digit(stem))
    assert one(ids.is_iccid, "898600A9900000000001")
    assert not one(ids.is_iccid, "8944" + stem[4:])


@pytest.mark.parametrize("suite", ids.SUITES)
def test_digests_are_equal_for_equals_and_tell_nothing_else(suite):
    def digest(values, **more):
        told = {"prefix": "sim", "key": "k1", "suite": suite, **more}
        return ids.digest(pl.Series(values, dtype=pl.String), **told).to_list()

    a, b, a_again, none = digest(["16400001234", "16400001235", "16400001234", None])
    assert a == a_again != b
    assert none is None
    assert len(a) == len("sim-") + 32
    assert digest(["16400001234"], key="k2") != [a]
    assert digest(["16400001234"], prefix="account")[0][8:] != a[4:]


def test_suites_differ_and_the_known_answer_of_sha256_holds():
    import hashlib
    import hmac

    value = pl.Series(["1"])
    told = ids.digest(value, prefix="sim", key="k", suite="sha256").to_list()
    assert told == ["sim-" + hmac.new(b"k", b"sim:1", hashlib.sha256).hexdigest()[:32]]
    assert told != ids.digest(value, prefix="sim", key="k", suite="sm3").to_list()


def test_a_digest_needs_a_key_and_a_known_suite():
    with pytest.raises(BadInput, match="DUANKA_DIGEST_KEY"):
        ids.digest(pl.Series(["1"]), prefix="sim", key="")
    with pytest.raises(BadInput, match="md5"):
        ids.digest(pl.Series(["1"]), prefix="sim", key="k", suite="md5")
