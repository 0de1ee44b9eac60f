"""The chain: what is hashed is canonical, every change of a row shows, signatures are of one key."""

import hashlib
import hmac

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.store import chain

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WHOLE = st.integers(0, 2**53 - 1)
ROWS = st.tuples(
    WHOLE,
    TEXT,
    TEXT,
    WHOLE,
    TEXT,
    TEXT,
    TEXT,
    WHOLE,
    TEXT,
    TEXT,
    st.binary(min_size=32, max_size=32),
)
KEY = b"k" * 32


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_the_quick_encoder_writes_what_rfc_8785_asks_for(row):
    assert chain.message(row) == rfc8785.dumps([*row[:10], row[10].hex()])


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(0, 10))
def test_every_column_is_in_the_hash(row, place):
    mac = chain.mac_of("intl", KEY)
    old = row[place]
    other = (
        old + 1
        if isinstance(old, int)
        else (old + "x" if isinstance(old, str) else old[::-1] + b"")
    )
    if other == old:
        return
    changed = (*row[:place], other, *row[place + 1 :])
    assert mac(chain.message(row)) != mac(chain.message(changed))


def test_suites_are_hmac_of_their_hash():
    assert chain.mac_of("intl", KEY)(b"a") == hmac.digest(KEY, b"a", hashlib.sha256)
    assert chain.mac_of("gm", KEY)(b"a") == chain._sm3(KEY, b"a")
    for long in (b"k" * 64, b"k" * 65, b"k" * 200, b""):
        assert chain.mac_of("intl", long)(b"a") == hmac.digest(long, b"a", hashlib.sha256)
    # the example of an HMAC with SM3 under another key differs: keys matter
    assert chain.mac_of("gm", b"x" * 32)(b"a") != chain.mac_of("gm", KEY)(b"a")


def test_sm3_is_the_standards_own():
    """GB/T 32905, appendix A: SM3 of `abc`."""
    found = (
        hashlib.new("sm3", b"abc").hexdigest() if "sm3" in hashlib.algorithms_available else None
    )
    known = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert found in {None, known}


def test_a_link_hangs_on_the_one_before():
    mac = chain.mac_of("intl", KEY)
    row = (1, "case", "c", 1, "open", "u", "p", 0, "[]", "")
    first = chain.link(row, chain.START, mac)
    second = chain.link((2, *row[1:]), first.hash, mac)
    assert second.prev_hash == first.hash
    assert second.hash != first.hash


@pytest.mark.parametrize(
    "value", [{"a": "\0"}, {"a": 2**60}, {1: "x"}, {"a": float("nan")}, {"a": "\ud800"}]
)
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(BadInput):
        chain.canonical(value)


def test_a_checkpoint_is_signed_by_one_key_only():
    private, other = b"1" * 32, b"2" * 32
    text = chain.checkpoint_text(5, b"h" * 32, 7)
    signature = chain.sign(private, text)
    assert chain.signed_by(chain.public_of(private), signature, text)
    assert not chain.signed_by(chain.public_of(other), signature, text)
    assert not chain.signed_by(chain.public_of(private), signature, text + b"x")
    assert not chain.signed_by(b"short", signature, text)
