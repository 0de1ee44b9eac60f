from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from duanka.errors import BadInput, NotAllowed
from duanka.leads.envelope import opened, sealed

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


def event(kind="lead", data=None, key=KEY, sender="police_1", at=NOW):
    return sealed(kind, data or LEAD, sender_id=sender, event_id="e1", at=at, key=key)


def test_what_was_sealed_is_opened_again():
    found = opened(event(), parties=PARTIES, now=NOW)
    assert (found.kind, found.event_id, found.sender_id, found.sent_at) == (
        "lead",
        "e1",
        "police_1",
        NOW,
    )
    assert found.data == LEAD


@given(st.sampled_from(["id", "time", "data"]), st.text("0123456789abcdef", min_size=1, max_size=8))
def test_a_change_of_anything_breaks_the_signature(field, text):
    changed = event()
    if field == "data":
        changed["data"] = LEAD | {"card_id": f"B{text}"}
    else:
        changed[field] = f"x{text}" if field == "id" else "2026-06-01T03:00:00Z"
    with pytest.raises(NotAllowed, match="signature"):
        opened(changed, parties=PARTIES, now=NOW)


@pytest.mark.parametrize(
    "other", [event(key=OTHER), event(sender="police_2"), event() | {"duankasignature": "0" * 128}]
)
def test_a_stranger_is_refused(other):
    with pytest.raises(NotAllowed):
        opened(other, parties=PARTIES, now=NOW)


def test_what_comes_from_the_future_is_refused_and_what_is_late_is_not():
    with pytest.raises(BadInput, match="future"):
        opened(event(at=NOW + timedelta(hours=1)), parties=PARTIES, now=NOW)
    assert opened(event(at=NOW - timedelta(days=9)), parties=PARTIES, now=NOW)


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
        opened(thing, parties=PARTIES, now=NOW)
