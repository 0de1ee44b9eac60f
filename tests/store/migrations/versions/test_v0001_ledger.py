"""The wall around orders in the database itself: what an order lacks, no path can leave out."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from duanka.store.ledger_tables import HEAD, RECORD
from ledgers import BOTH, ledger

WHOLE = {
    "legal_basis": "x", "appeal_path": "counter", "notice_id": "n", "starts_at": "a",
    "expires_at": "b", "because": "c", "reasons": ["r"], "kept": ["tax"], "authority": "officer",
}  # fmt: skip
ROW = {
    "kind": "order", "id": "o", "version": 1, "seq": 1, "institution_id": "b", "region_code": "",
    "state": "in_force", "is_open": 1, "due_at": 5, "weight": 0, "about": "", "parent_id": "",
    "assigned_to": "", "sealed": "", "changed_at": 0,
}  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def engine(request, tmp_path_factory):
    book = ledger(request.param, tmp_path_factory.mktemp("wall"))
    yield book._engine
    book.close()


def put(engine, body, **row):
    with engine.connect() as connection:
        connection.execute(sa.insert(RECORD), ROW | row | {"body": json.dumps(body)})


def test_a_whole_order_is_taken(engine):
    put(engine, WHOLE)
    put(engine, WHOLE | {"authority": "police", "document": {"digest": "d"}})
    put(engine, {}, kind="case")


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "authority"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_an_order_that_lacks_anything_is_refused(engine, name, how):
    empty = [] if isinstance(WHOLE[name], list) else ""
    body = {k: v for k, v in WHOLE.items() if k != name} | ({name: empty} if how == "empty" else {})
    with pytest.raises(IntegrityError, match="lacks_nothing"):
        put(engine, body)


@pytest.mark.parametrize(
    ("body", "row"),
    [
        ({"authority": "police"}, {}),
        ({"authority": "police", "document": {"digest": ""}}, {}),
        ({}, {"due_at": None}),
    ],
)
def test_an_order_of_the_police_needs_their_document_and_one_in_force_an_end(engine, body, row):
    with pytest.raises(IntegrityError, match="lacks_nothing"):
        put(engine, WHOLE | body, **row)


def test_who_decides_must_be_said(engine):
    body = {k: v for k, v in WHOLE.items() if k != "authority"}
    with pytest.raises(IntegrityError, match="lacks_nothing"):
        put(engine, body)


def test_there_is_one_head(engine):
    with pytest.raises(IntegrityError), engine.connect() as connection:
        connection.execute(sa.insert(HEAD), {"one": 2, "seq": 0, "hash": b""})
