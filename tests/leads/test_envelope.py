from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from duanka.errors import BadInput, NotAllowed
from duanka.leads.envelope import Stamp, opened, sealed

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PARTIES = {"police_1": KEY.public_key()}
LEAD = {
    "lead_id": "L1",
    "issued_at": "2026-06-01T11:59:00+08:00",
    "issuer_id": "police_1",
    "card_kind": "account",
    "card_id": "A1",
    "requested_measure": "stop_payment",
    "loss_fen": 5_000_000,
}


LATE = timedelta(minutes=10)


def event(*, data=None, key=KEY, sender="police_1", at=NOW, to="bank_1"):
    stamp = Stamp(sender, to, "e1", at, "00" * 16)
    return sealed("lead", data or LEAD, stamp, key=key)


def open_it(told, now=NOW):
    return opened(told, to_id="bank_1", parties=PARTIES, now=now, late=LATE)


def test_what_was_sealed_is_opened_again():
    found = open_it(event())
    assert found.kind == "lead"
    assert found.stamp == Stamp("police_1", "bank_1", "e1", NOW, "00" * 16)
    assert found.data == LEAD


@given(st.sampled_from(["id", "time", "data"]), st.text("0123456789abcdef", min_size=1, max_size=8))
def test_a_change_of_anything_breaks_the_signature(field, text):
    changed = event()
    if field == "data":
        changed["data"] = LEAD | {"card_id": f"B{text}"}
    else:
        changed[field] = f"x{text}" if field == "id" else "2026-06-01T03:00:00Z"
    with pytest.raises(NotAllowed, match="signature"):
        open_it(changed)


@pytest.mark.parametrize(
    "other", [event(key=OTHER), event(sender="police_2"), event() | {"duankasignature": "0" * 128}]
)
def test_a_stranger_is_refused(other):
    with pytest.raises(NotAllowed):
        open_it(other)


def test_what_comes_from_the_future_or_too_late_is_refused():
    with pytest.raises(BadInput, match="future"):
        open_it(event(at=NOW + timedelta(hours=1)))
    with pytest.raises(BadInput, match="too long ago"):
        open_it(event(at=NOW - timedelta(minutes=11)))
    assert open_it(event(at=NOW - timedelta(minutes=9)))


def test_an_instant_that_never_was_is_refused():
    changed = {n: v for n, v in event().items() if n != "duankasignature"} | {
        "time": "2026-02-30T00:00:00Z"
    }
    signed = changed | {"duankasignature": KEY.sign(rfc8785.dumps(changed)).hex()}
    with pytest.raises(BadInput, match="no such instant"):
        open_it(signed)


def test_what_was_sent_to_somebody_else_is_refused():
    with pytest.raises(NotAllowed, match="somebody else"):
        open_it(event(to="bank_2"))


@pytest.mark.parametrize(
    "change",
    [
        {"card_kind": "passport"},
        {"loss_fen": -1},
        {"card_id": "a b"},
        {"name": "somebody"},
        {"issued_at": "yesterday"},
        {"lead_id": ""},
    ],
)
def test_what_does_not_fit_is_refused_without_telling_the_value(change):
    with pytest.raises(BadInput) as refused:
        event(data=LEAD | change)
    assert "A1" not in str(refused.value)
    assert "somebody" not in str(refused.value)


@pytest.mark.parametrize("thing", [None, [], "x", {}, {"specversion": "1.0"}, {"data": 1}])
def test_garbage_is_refused(thing):
    with pytest.raises(BadInput):
        open_it(thing)
