"""Scope as SQL: on every kind of record a stranger sees and changes nothing; queues come in order."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import NotAllowed, NotFound
from duanka.store.ledger import SYSTEM, Record, Viewer, Wanted
from ledgers import ANALYST, AT, BOTH, ELSEWHERE, OUTSIDER, ledger

PLACES = ("990101", "990102", "990201", "980101", "")
BANKS = ("b1", "b2", "b3", "")


@pytest.fixture(scope="module", params=BOTH)
def full(request, tmp_path_factory):
    """A ledger with every bank in every place, weights all different."""
    book = ledger(request.param, tmp_path_factory.mktemp("full"))
    with book.desk(SYSTEM, at=AT, purpose="a test") as desk:
        for i, (bank, place) in enumerate((b, p) for b in BANKS for p in PLACES):
            made = Record("case", f"c{i:02}", bank, place, "new", {"n": i}, weight=(i * 7) % 20)
            desk.write(made if i % 5 else replace(made, is_open=False), act="open")
    yield book
    book.close()


VIEWERS = st.builds(
    Viewer,
    st.just("u"),
    st.just(()),
    st.lists(st.sampled_from([*BANKS[:3], "*", "nobody"]), max_size=3, unique=True).map(tuple),
    st.lists(st.sampled_from(["990000", "990100", "990101", "980000", "*"]), max_size=2).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(viewer=VIEWERS)
def test_sql_and_the_plain_rule_agree(full, viewer):
    with full.read(SYSTEM, at=AT) as desk:
        every = desk.find(Wanted("case"))
    mine = [one for one in every if viewer.sees(one.institution_id, one.region_code)]
    with full.read(viewer, at=AT) as desk:
        assert [one.id for one in desk.find(Wanted("case"))] == [one.id for one in mine]
        left = sorted((one for one in mine if one.is_open), key=lambda one: (-one.weight, one.id))
        assert [one.id for one in desk.queue(Wanted("case"), limit=6)] == [o.id for o in left[:6]]
        assert sum(desk.count(Wanted("case")).values()) == len(mine)
        assert {one.id for one in desk.each(Wanted("case"))} == {one.id for one in mine}


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    "stranger", [OUTSIDER, ELSEWHERE], ids=["another bank", "another province"]
)
def test_a_stranger_neither_sees_nor_changes(dialect, stranger, tmp_path):
    book = ledger(dialect, tmp_path)
    with book.desk(ANALYST, at=AT, purpose="a test") as desk:
        kept = desk.write(
            Record("case", "c1", "bank_1", "990101", "new", {}), act="open", personal={"n": "某"}
        )
    with book.desk(stranger, at=AT, purpose="curiosity") as desk:
        assert desk.find(Wanted("case")) == desk.queue(Wanted("case")) == []
        assert desk.count(Wanted("case")) == {}
        assert not desk.has("case", "c1")
        assert desk.seen() == []
        for forbidden in (desk.get, desk.look, desk.history):
            with pytest.raises(NotFound):
                forbidden("case", "c1")
        with pytest.raises(NotFound):
            desk.note(kept, act="export", details={})
        with pytest.raises(NotAllowed):
            desk.write(kept.but("closed"), act="steal")
    mine = replace(kept, institution_id="bank_2", region_code="980101")
    with (
        pytest.raises(Exception, match=r"changed since|not yours"),
        book.desk(Viewer("x", (), ("bank_2",), ("980000",)), at=AT, purpose="theft") as desk,
    ):
        desk.write(mine.but("closed"), act="steal")
    with book.read(ANALYST, at=AT) as desk:
        assert desk.get("case", "c1").state == "new"
    assert book.verify().rows == 1
