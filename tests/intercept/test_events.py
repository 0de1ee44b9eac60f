from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka import tables
from duanka.errors import BadInput
from duanka.intercept import events

TRANSFER = {
    "kind": "transfer",
    "transfer_id": "t1",
    "at": "2026-06-01T09:00:00+08:00",
    "payer_id": "a1",
    "payee_id": "a2",
    "amount_fen": 1200,
}


def raw(**changed):
    told = {**TRANSFER, **changed}
    return msgspec.json.encode({name: value for name, value in told.items() if value is not ...})


def refused(data):
    with pytest.raises(BadInput) as caught:
        events.decode(data)
    return caught.value


def test_an_event_has_the_contracts_columns_and_instants_in_microseconds():
    event = events.decode(raw())
    assert list(event.row) != []
    assert set(event.row) == {info.name for info in tables.columns("transfer")}
    instant = datetime(2026, 6, 1, 9, tzinfo=timezone(timedelta(hours=8)))
    assert event.at == event.row["at"] == int(instant.timestamp()) * 1_000_000
    assert (event.kind, event.event_id) == ("transfer", "t1")
    assert event.row["memo_kind"] is None


@pytest.mark.parametrize("kind", events.KINDS)
def test_every_kind_is_read_by_the_columns_of_the_contract(kind):
    fields = {f.encode_name: f for f in msgspec.structs.fields(events.record(kind))}
    assert set(fields) == {info.name for info in events.columns(kind)}
    for info in events.columns(kind):
        assert fields[info.name].required == info.required


@pytest.mark.parametrize(
    ("changed", "column", "told"),
    [
        ({"transfer_id": ...}, "transfer_id", "missing"),
        ({"amount_fen": 0}, "amount_fen", "below the smallest"),
        ({"amount_fen": 1.5}, "amount_fen", "whole number of fen"),
        ({"amount_fen": True}, "amount_fen", "whole number of fen"),
        ({"amount_fen": 2**60}, "amount_fen", "do not keep exactly"),
        ({"at": "2026-06-01T09:00:00"}, "at", "without its offset"),
        ({"at": "yesterday"}, "at", "not an instant"),
        ({"at": 1780000000}, "at", "not an instant"),
        ({"at": "1850-06-01T09:00:00Z"}, "at", "outside 1900 to 2200"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at", "outside 1900 to 2200"),
        ({"payer_id": ""}, "payer_id", "not an id"),
        ({"payer_id": " a"}, "payer_id", "not an id"),
        ({"payer_id": "a\u0000b"}, "payer_id", "not an id"),
        ({"payer_id": "x" * 65}, "payer_id", "more than 64"),
        ({"payer_id": "6.22E+18"}, "payer_id", "spreadsheet"),
        ({"channel": "pigeon"}, "channel", "closed list"),
        ({"region_code": "99010"}, "region_code", "six digits"),
        ({"payer_age": 30}, "payer_age", "does not have"),
        ({"kind": "wire"}, "kind", "no kind of event"),
    ],
)
def test_a_fault_is_named_by_column_and_reason(changed, column, told):
    error = refused(raw(**changed))
    assert column in error.where
    assert told in error.where


def test_all_faults_are_told_at_once_and_values_are_masked():
    error = refused(raw(amount_fen=-1, payer_id="6222020200112233445 ", channel="x", at="2026"))
    assert [part.split(":")[0] for part in error.where.split("; ")] == [
        "at",
        "payer_id",
        "amount_fen",
        "channel",
    ]
    assert "20200112" not in str(error)


@pytest.mark.parametrize(
    "data", [b"", b"[", b"3", b"[]", b"\xff", b"[" * 50_000, b'{"kind":"call"']
)
def test_what_is_no_object_is_refused(data):
    assert "not a JSON object" in refused(data).where


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.dictionaries(st.sampled_from([*TRANSFER, "z"]), st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)).map(lambda told: msgspec.json.encode({**TRANSFER, **told})))  # fmt: skip
def test_garbage_is_refused_with_a_reason_or_read(data):
    kind, why = "", ""
    try:
        kind = events.decode(data).kind
    except BadInput as error:
        why = error.where
    assert kind in events.KINDS or why


def test_a_row_of_a_table_is_the_event_it_was():
    row = {
        "label_": None,
        "card_kind": "account",
        "card_id": "a1",
        "implicated": True,
        "known_at": datetime(2026, 6, 1, tzinfo=UTC),
        "source": "police",
    }
    row.pop("label_")
    event = events.of_row("label", row)
    assert event.row["known_at"] == event.at
    assert event.key == events.of_row("label", {**row, "role": None}).key
    assert event.key != events.of_row("label", {**row, "implicated": False}).key


def test_a_flag_may_be_a_digit_as_in_files_and_the_event_is_the_same():
    told = {"kind": "call", "call_id": "c", "at": "2026-06-01T09:00:00Z", "caller_id": "a"}
    told |= {"callee_id": "b", "duration_s": 1}
    digits = events.decode(msgspec.json.encode({**told, "answered": 1, "roaming": 0}))
    words = events.decode(msgspec.json.encode({**told, "answered": True, "roaming": False}))
    assert digits == words
    assert digits.row["answered"] is True
    for wrong in (2, -1, 1.0, "1"):
        with pytest.raises(BadInput) as refused:
            events.decode(msgspec.json.encode({**told, "answered": wrong, "roaming": 0}))
        assert "answered" in str(refused.value)
        assert "roaming" not in str(refused.value)


def test_an_id_makes_an_event_the_same_whatever_else_it_says():
    assert events.decode(raw()).key == events.decode(raw(amount_fen=7)).key
    assert events.decode(raw()).key != events.decode(raw(transfer_id="t2")).key
    call = {"kind": "call", "call_id": "t1", "caller_id": "s", "callee_id": "u", "duration_s": 0}
    told = msgspec.json.encode({**call, "at": TRANSFER["at"]})
    assert events.decode(told).key != events.decode(raw()).key


def test_an_order_has_a_state_and_a_beginning():
    told = {
        "kind": "order",
        "order_id": "o1",
        "card_kind": "account",
        "card_id": "a1",
        "measure": "restrict",
        "state": "in_force",
        "starts_at": "2026-06-01T09:00:00Z",
    }
    event = events.decode(msgspec.json.encode(told))
    assert event.event_id == "o1"
    lifted = events.decode(msgspec.json.encode({**told, "state": "lifted"}))
    assert lifted.key != event.key
    assert "measure" in refused(msgspec.json.encode({**told, "measure": "return_funds"})).where


def test_the_schema_names_every_kind():
    whole, parts = events.schemas()
    assert len(whole["discriminator"]["mapping"]) == len(events.KINDS)
    assert parts["Transfer"]["properties"]["kind"] == {"enum": ["transfer"]}


def test_microseconds_are_exact():
    at = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert events.micros(at) == int(at.timestamp()) * 1_000_000 + 999_999
