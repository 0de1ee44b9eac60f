"""Verification finds every row that was changed, removed, inserted or reordered, and says where."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from duanka.errors import Unavailable
from duanka.store import chain, ledger_verify
from duanka.store.ledger import Record, Wanted
from duanka.store.ledger_tables import CHECKPOINT, HEAD, HISTORY, RECORD, SEALED
from ledgers import ANALYST, AT, BOTH, ledger


@pytest.fixture(params=BOTH)
def book(request, tmp_path):
    """Nine rows of history: five cases opened, four of them closed; two have a sealed part."""
    made = ledger(request.param, tmp_path)
    with made.desk(ANALYST, at=AT, purpose="a test") as desk:
        kept = [
            desk.write(
                Record("case", f"c{i}", "bank_1", "990101", "open", {"i": i}),
                act="open",
                personal={"n": i} if i < 2 else None,
            )
            for i in range(5)
        ]
        for one in kept[:4]:
            desk.write(one.but("closed"), act="close")
    yield made
    made.close()


def tamper(book, *statements):
    """Somebody with the database's own password takes the walls down and changes things."""
    with book._engine.begin() as connection:
        if book.dialect == "sqlite":
            for table in ("history", "checkpoint"):
                for act in ("UPDATE", "DELETE"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_takes_no_{act}")
        else:
            connection.exec_driver_sql("ALTER TABLE history DISABLE TRIGGER ALL")
            connection.exec_driver_sql("ALTER TABLE checkpoint DISABLE TRIGGER ALL")
        for statement in statements:
            connection.execute(statement)


def told(book, **more):
    return [(fault.what, fault.where) for fault in book.verify(**more).faults]


def row(book, seq):
    with book._engine.connect() as connection:
        return dict(
            connection.execute(sa.select(*HISTORY.c).where(HISTORY.c.seq == seq)).mappings().one()
        )


def test_nothing_is_found_where_nothing_was_done(book):
    said = []
    found = book.verify(say=lambda done, total: said.append((done, total)))
    assert (found.rows, found.records, found.sealed, found.whole) == (9, 5, 2, True)
    assert said == [(9, 9)]


@pytest.mark.parametrize("table", [HISTORY, CHECKPOINT], ids=["history", "checkpoint"])
def test_the_database_takes_no_change_of_what_is_forever(book, table):
    book.checkpoint(at=AT)
    for statement in (sa.update(table).values(at=0), sa.delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), book._engine.begin() as connection:
            connection.execute(statement)
    if book.dialect == "postgresql":
        with pytest.raises(DatabaseError, match="append-only"), book._engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {table.name}")
    assert book.verify().whole


@pytest.mark.parametrize(
    ("column", "value"),
    [("actor", "other"), ("purpose", "p"), ("at", 5), ("image", "[]"), ("act", "look"), ("id", "z"),
     ("kind", "order"), ("version", 9), ("sealed", "0")],
)  # fmt: skip
def test_a_changed_row_is_found(book, column, value):
    tamper(book, sa.update(HISTORY).where(HISTORY.c.seq == 4).values({column: value}))
    assert any(what == "changed" and where.startswith("row 4 ") for what, where in told(book))


def test_a_removed_row_is_found(book):
    tamper(book, sa.delete(HISTORY).where(HISTORY.c.seq.in_([3, 4])))
    assert ("removed", "rows 3 to 4") in told(book)


def test_a_row_removed_with_the_rest_moved_up_is_found(book):
    moved = [
        sa.update(HISTORY).where(HISTORY.c.seq == seq).values(seq=seq - 1) for seq in range(4, 10)
    ]
    tamper(book, sa.delete(HISTORY).where(HISTORY.c.seq == 3), *moved)
    found = told(book)
    assert ("inserted, reordered or rewritten", "row 3, before it or at it") in found
    assert any(what == "changed" for what, _ in found)


def test_swapped_rows_are_found(book):
    one, two = row(book, 3), row(book, 4)
    tamper(
        book,
        sa.delete(HISTORY).where(HISTORY.c.seq.in_([3, 4])),
        sa.insert(HISTORY).values(one | {"seq": 4}),
        sa.insert(HISTORY).values(two | {"seq": 3}),
    )
    found = told(book)
    assert [where for what, where in found if what == "changed"][:2] == [
        "row 3 (open of case c3)", "row 4 (open of case c2)",
    ]  # fmt: skip


def test_an_inserted_row_is_found(book):
    tamper(book, sa.insert(HISTORY).values(row(book, 9) | {"seq": 10, "actor": "nobody"}))
    found = told(book)
    assert ("cut off at the end", "row 10") in found
    assert any(what == "changed" and where.startswith("row 10") for what, where in found)


def test_rows_cut_off_at_the_end_are_found_even_with_the_head_set_back(book):
    mark = book.checkpoint(at=AT)
    last = row(book, 7)
    tamper(
        book,
        sa.delete(HISTORY).where(HISTORY.c.seq > 7),
        sa.update(HEAD).values(seq=7, hash=last["hash"]),
        sa.delete(CHECKPOINT),
    )
    found = told(book, anchors=[mark])
    assert ("removed, though a checkpoint signed it", "row 9") in found
    assert any(what == "not from history" for what, _ in told(book))


def test_history_rewritten_by_who_holds_the_keys_is_found_by_a_checkpoint_kept_elsewhere(book):
    mark = book.checkpoint(at=AT)
    mac = chain.mac_of(book.ring.suite, book.ring.chain)
    links, last = [], chain.START
    for seq in range(1, 10):
        values = row(book, seq)
        if seq == 2:
            values["purpose"] = "another purpose"
        link = chain.link(tuple(values[c.name] for c in list(HISTORY.c)[:10]), last, mac)
        links.append(vars(link))
        last = link.hash
    tamper(
        book,
        sa.delete(HISTORY),
        sa.delete(CHECKPOINT),
        sa.insert(HISTORY).values(links),
        sa.update(HEAD).values(hash=last),
    )
    assert book.verify().whole
    assert told(book, anchors=[mark]) == [("not what a checkpoint signed", "row 9")]


def test_a_checkpoint_of_another_key_is_found(book, tmp_path):
    other = ledger("sqlite", tmp_path)
    with other.desk(ANALYST, at=AT, purpose="a test") as desk:
        desk.write(Record("case", "c", "bank_1", "990101", "open", {}), act="open")
    foreign = other.checkpoint(at=AT)
    assert told(book, anchors=[foreign]) == [
        ("checkpoint not signed by this ledger's key", "checkpoint 1")
    ]


@pytest.mark.parametrize(
    "change", [{"state": "open"}, {"institution_id": "b"}, {"weight": 3}, {"body": "{}"}]
)
def test_a_record_changed_behind_history_is_found(book, change):
    tamper(book, sa.update(RECORD).where(RECORD.c.id == "c1").values(change))
    assert told(book) == [("changed behind history", "case c1")]


def test_a_record_removed_or_slipped_in_or_set_back_is_found(book):
    with book._engine.connect() as connection:
        kept = dict(
            connection.execute(sa.select(RECORD).where(RECORD.c.id == "c1")).mappings().one()
        )
    first = row(book, 2)
    tamper(
        book,
        sa.delete(RECORD).where(RECORD.c.id == "c0"),
        sa.insert(RECORD).values(kept | {"id": "c9"}),
        sa.update(RECORD).where(RECORD.c.id == "c1").values(seq=2, version=1, state="open"),
    )
    assert first["id"] == "c1"
    assert set(told(book)) >= {
        ("removed behind history", "case c0"),
        ("not from history", "case c9"),
        ("set back behind history", "case c1"),
    }


def test_a_sealed_part_changed_or_removed_is_found(book):
    with book._engine.connect() as connection:
        digests = list(connection.scalars(sa.select(SEALED.c.digest).order_by(SEALED.c.id)))
    tamper(
        book,
        sa.update(SEALED).where(SEALED.c.digest == digests[0]).values(ciphertext=b"x" * 60),
        sa.delete(SEALED).where(SEALED.c.digest == digests[1]),
    )
    found = told(book)
    assert ("sealed part removed without an act", "row 2") in found
    assert any(
        "cannot be opened" in what and where.startswith(digests[0][:12]) for what, where in found
    )


def test_a_second_checkpoint_at_the_same_place_is_the_first(book):
    assert book.checkpoint(at=AT) == book.checkpoint(at=AT.replace(year=2027))
    with book.read(ANALYST, at=AT) as desk:
        assert len(desk.find(Wanted("case"))) == 5


def test_an_empty_ledger_is_whole_and_has_no_checkpoint(tmp_path):
    book = ledger("sqlite", tmp_path)
    assert book.checkpoint(at=AT) == {}
    assert book.verify().whole


@pytest.mark.parametrize("at_once", [1, 2, 4, 100])
def test_what_is_found_depends_on_no_batch(book, at_once, monkeypatch):
    book.checkpoint(at=AT)
    changed = sa.update(HISTORY).values(actor="somebody").where(HISTORY.c.seq.in_((2, 5)))
    tamper(book, changed, sa.delete(HISTORY).where(HISTORY.c.seq == 8))
    monkeypatch.setattr(ledger_verify, "_AT_ONCE", at_once)
    faults = told(book)
    assert [what for what, _ in faults[:3]] == ["changed", "changed", "removed"]
    assert [where.split(" (")[0] for _, where in faults[:3]] == ["row 2", "row 5", "row 8"]


@pytest.mark.parametrize("at_once", [2, 100])
def test_a_row_that_no_program_of_ours_wrote_is_told_of_and_the_rest_goes_on(
    tmp_path, at_once, monkeypatch
):
    made = ledger("sqlite", tmp_path)
    with made.desk(ANALYST, at=AT, purpose="a test") as desk:
        for i in range(4):
            desk.write(Record("case", f"c{i}", "bank_1", "990101", "open", {}), act="open")
    odd = sa.text("UPDATE history SET prev_hash = 7, image = NULL WHERE seq = 2")
    tamper(made, sa.text("PRAGMA ignore_check_constraints = 1"))
    with made._engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema = 1")
        connection.exec_driver_sql(
            "UPDATE sqlite_master SET sql = replace(sql, 'image TEXT NOT NULL', 'image TEXT')"
        )
    made._engine.dispose()
    with made._engine.begin() as connection:
        connection.execute(odd)
    monkeypatch.setattr(ledger_verify, "_AT_ONCE", at_once)
    assert ("changed", "row 2 (open of case c1)") in told(made)
    made.close()


def test_a_ledger_whose_file_is_torn_is_refused_in_plain_words(tmp_path):
    made = ledger("sqlite", tmp_path)
    with made.desk(ANALYST, at=AT, purpose="a test") as desk:
        for i in range(400):
            body = {"i": i, "words": "x" * 300}
            desk.write(Record("case", f"c{i}", "bank_1", "990101", "open", body), act="open")
    (place,) = tmp_path.glob("ledger*.db")
    made.close()
    raw = bytearray(place.read_bytes())
    for page in range(len(raw) // 4096 // 2, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    place.write_bytes(raw)
    with pytest.raises(Unavailable, match="does not answer"):
        made.verify()
