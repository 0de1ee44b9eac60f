import pytest

from duanka.errors import BadInput, Conflict, NotAllowed, NotFound
from duanka.leads import partner
from duanka.store.ledger import SYSTEM
from leads_room import OTHER, UNIT, enrolled
from ledgers import AT, ledger

KEYS = partner.own_keys(b"a secret")


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def sit(book):
    return book.desk(SYSTEM, at=AT, purpose="a test")


def introduced(**change):
    return partner.introduction(OTHER, party_id="p1", party_kind="police") | change


def test_keys_are_the_same_from_the_same_secret_and_one_for_each_use():
    again = partner.own_keys(b"a secret")
    assert KEYS.signing.private_bytes_raw() == again.signing.private_bytes_raw()
    raw = {
        KEYS.signing.private_bytes_raw(),
        KEYS.agreement.private_bytes_raw(),
        KEYS.look_up_seed,
        b"a secret",
    }
    assert len(raw) == 4


def test_an_introduction_tells_nothing_secret():
    told = str(introduced())
    assert OTHER.signing.private_bytes_raw().hex() not in told
    assert OTHER.agreement.private_bytes_raw().hex() not in told


@pytest.mark.parametrize(
    "change",
    [
        {"party_id": "a b"},
        {"party_kind": "somebody"},
        {"address": "http://leads.example"},
        {"address": "ftp://127.0.0.1"},
    ],
)
def test_what_will_not_do_is_not_introduced(change):
    with pytest.raises(BadInput):
        partner.introduction(OTHER, **({"party_id": "p1", "party_kind": "police"} | change))


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        [],
        introduced(party_id="p2"),
        introduced(address="https://elsewhere.example"),
        introduced(signing_key="00"),
        introduced(more="x"),
        introduced(party_id=1),
    ],
)
def test_what_its_own_key_did_not_sign_is_not_enrolled(book, told):
    with sit(book) as desk, pytest.raises(BadInput, match="introduction"):
        partner.enrol(desk, told, heard="0", unit=UNIT)


def test_only_the_fingerprint_that_was_heard_enrols(book):
    told = introduced()
    heard = partner.fingerprint(told)
    with sit(book) as desk, pytest.raises(NotAllowed, match="fingerprint"):
        partner.enrol(desk, told, heard=heard[:-1], unit=UNIT)
    with sit(book) as desk, pytest.raises(BadInput, match="for what"):
        partner.enrol(desk, told, heard=heard, unit=UNIT, may=("everything",))
    with sit(book) as desk:
        kept = partner.enrol(desk, told, heard=heard.upper().replace(" ", ""), unit=UNIT)
        assert list(partner.signing_keys(partner.in_force(desk))) == ["p1"]
    assert (kept.state, kept.body["may"]) == ("in_force", ["leads"])


def test_who_is_revoked_is_no_partner_until_enrolled_again(book):
    enrolled(book, "p1", kind="police")
    with sit(book) as desk, pytest.raises(BadInput):
        partner.revoke(desk, "p1", because=" ")
    with sit(book) as desk:
        partner.revoke(desk, "p1", because="the contract ended")
        assert partner.in_force(desk) == {}
    again = enrolled(book, "p1", kind="police", keys=KEYS)
    assert (again.state, again.version) == ("in_force", 3)


def test_each_pair_has_a_key_of_its_own_that_both_make(book):
    ours = enrolled(book, "us", kind="bank", keys=KEYS)
    theirs = enrolled(book, "them", kind="police")
    third = enrolled(book, "third", kind="police", keys=partner.own_keys(b"a third"))
    key = partner.pair_key(KEYS, "us", theirs)
    assert key == partner.pair_key(OTHER, "them", ours)
    assert key != partner.pair_key(KEYS, "us", third)


def test_our_own_id_is_settled_once_partners_know_it(book):
    mine = partner.introduction(KEYS, party_id="us", party_kind="bank")
    other = partner.introduction(KEYS, party_id="we", party_kind="bank")
    with sit(book) as desk, pytest.raises(NotFound, match="introduce"):
        partner.us(desk)
    with sit(book) as desk:
        partner.settle(desk, other)
        partner.settle(desk, mine)
        assert partner.us(desk) == "us"
    enrolled(book, "p1", kind="police")
    with sit(book) as desk, pytest.raises(Conflict):
        partner.settle(desk, other)


def test_what_a_partner_does_is_told_as_theirs(book):
    assert partner.sits_as(enrolled(book, "p1", kind="police")).user_id == "partner:p1"
