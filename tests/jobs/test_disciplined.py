"""Applications of persons under discipline, judged as the discipline stood when each was made."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from desks import at, decision, policy, sit
from duanka.cases import discipline
from duanka.errors import BadInput
from duanka.jobs.disciplined import (
    PURPOSE,
    known_discipline,
    opening_discipline,
    with_discipline,
)
from duanka.jobs.judge import judge_openings
from duanka.store.ledger import SYSTEM, open_ledger
from ledgers import AT, BOTH, OFFICER, made_url
from office import account, dataset, judge_of, opening, regime, sim

TWO = timedelta(days=2)


def applied(name, who, when, **more):
    return opening(name, who, when, **more)


@pytest.fixture(params=BOTH)
def kept(request, tmp_path):
    """A ledger in which P1 came under discipline at AT, and its key file."""
    url, keys = made_url(request.param, tmp_path), tmp_path / "keys"
    book = open_ledger(url, keys=keys)
    with sit(book, OFFICER) as desk:
        place = {"institution_id": "bank_1", "region_code": "990101"}
        made = discipline.record(desk, decision(), policy(), **place)
    yield url, keys, made
    book.close()


def town(as_of):
    """P1 and P2 apply for phone cards and accounts before and after AT."""
    cards = {"sim": [sim("S9", "P1"), sim("S8", "P2")]}
    cards["account"] = [account("B1", "P1", account_kind="payment"), account("B2", "P1")]
    asked = [
        applied("early", "P1", AT - TWO, card_kind="sim", card_id="S9"),
        applied("sim", "P1", AT + TWO, card_kind="sim", card_id="S9"),
        applied("wallet", "P1", AT + TWO, card_id="B1"),
        applied("bank", "P1", AT + TWO, card_id="B2"),
        applied("other", "P2", AT + TWO, card_kind="sim", card_id="S8"),
    ]
    return dataset(as_of, opening=asked, **cards)


def advised(held):
    found = judge_openings(held, judge_of("opening", "terminal_count_1d"), regime())
    return {row["opening_id"]: row for row in found.table.iter_rows(named=True)}, found


def test_who_is_under_discipline_is_refused_what_it_bars_with_basis_and_end(kept):
    url, keys, made = kept
    as_of = at(10)
    known = known_discipline(url, keys, as_of, now=as_of)
    rows, found = advised(with_discipline(town(as_of), known))
    said = {name: (row["advice"], "disciplined" in row["reasons"]) for name, row in rows.items()}
    assert said["sim"] == said["wallet"] == ("refuse_opening", True)
    assert said["early"] == said["bank"] == said["other"] == ("allow", False)
    table = opening_discipline(found)
    assert sorted(table["opening_id"]) == ["sim", "wallet"]
    assert set(table["discipline_id"]) == {made.id}
    assert set(table["legal_basis"]) == {made.body["legal_basis"]}
    assert table["until"][0] == datetime(2028, 5, 29, 16, tzinfo=UTC)
    law = dict(found.more.select("opening_id", "legal_basis").iter_rows())
    assert "惩戒期至2028-05-30" in law["sim"]
    assert law["early"] is None


def test_without_a_ledger_nothing_is_asked_and_nothing_changes():
    rows, found = advised(town(at(10)))
    assert {row["advice"] for row in rows.values()} == {"allow"}
    assert opening_discipline(found).is_empty()


def test_what_is_learned_or_lifted_at_or_after_the_instant_is_not_known(kept):
    url, keys, made = kept
    assert known_discipline(url, keys, AT, now=at(1)).is_empty()
    book = open_ledger(url, keys=keys)
    from duanka.cases.order_police import Document

    with sit(book, OFFICER, at(5)) as desk:
        paper = Document("某市公安局", "r", "b" * 64, "2026-06-06")
        discipline.release(desk, made, paper, policy())
    book.close()
    before, after = (known_discipline(url, keys, at(days), now=at(9)) for days in (4, 6))
    assert before["ended_at"].null_count() == before.height > 0
    assert after["ended_at"].null_count() == 0
    rows, _ = advised(with_discipline(town(at(10)), after))
    assert rows["sim"]["advice"] == "refuse_opening", "it stood on the day of that application"


def test_that_the_ledger_was_read_is_kept_with_its_purpose(kept):
    url, keys, _ = kept
    known_discipline(url, keys, at(1), now=at(1))
    book = open_ledger(url, keys=keys)
    with book.read(SYSTEM, at=at(2)) as desk:
        assert ("look", "ledger", PURPOSE, 1) in desk.seen()
    book.close()


def test_a_run_makes_no_ledger(tmp_path):
    with pytest.raises(BadInput, match="no such ledger"):
        known_discipline(str(tmp_path / "none.db"), None, AT, now=AT)
    assert not list(tmp_path.iterdir())


def test_of_several_the_one_that_lasts_longest_is_told(kept):
    url, keys, _ = kept
    known = known_discipline(url, keys, at(10), now=at(10))
    longer = known.with_columns(
        discipline_id=pl.lit("d-long"), until=pl.col("until") + timedelta(days=30)
    )
    _, found = advised(with_discipline(town(at(10)), pl.concat([longer, known])))
    assert set(opening_discipline(found)["discipline_id"]) == {"d-long"}
