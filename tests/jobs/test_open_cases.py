"""Cases from a run: whatever is killed in the middle, the next run finishes, and nothing is done twice."""

from datetime import timedelta

import polars as pl
import pytest

from desks import at, policy, sit
from duanka import tables
from duanka.errors import BadInput
from duanka.jobs.open_cases import Judged, open_cases
from duanka.jobs.progress import Progress
from duanka.store.ledger import SYSTEM, Wanted, open_ledger
from killing import killed
from ledgers import AT, BOTH, ledger, made_url

_SCORE = {"as_of": AT - timedelta(days=1), "model_version": "m1", "policy_version": "p1"}


def row(kind, card, tier, measure, **more):
    told = {"reasons": [f"{tier}_card", "in_count_1d"], "network_id": None, "score": 0.8}
    return (
        _SCORE
        | told
        | {"card_kind": kind, "card_id": card, "tier": tier, "measure": measure}
        | more
    )


SCORES = [
    row("account", "A1", "high_risk", "restrict", network_id="N1"),
    row("account", "A2", "high_risk", "delay_settlement", network_id="N1", score=0.7),
    row("account", "A3", "suspicious", "verify_transaction"),
    row("account", "A4", "high_risk", "suspend", reasons=["implicated"], score=0.99),
    row("sim", "S1", "high_risk", "reverify_identity"),
    row("account", "A5", "normal", "allow", score=0.1),
]


@pytest.fixture
def judged(tmp_path):
    """A run's tables and the folder it read: two banks in two districts, one operator."""
    out, data = tmp_path / "out", tmp_path / "data"
    out.mkdir()
    data.mkdir()
    tables.typed("score", pl.DataFrame(SCORES)).write_parquet(out / "score.parquet")
    lines = ["account_id,account_kind,holder_id,institution_id,outlet_id,opened_at"]
    for card, holder, bank in (
        ("A1", "P1", "b1"), ("A2", "P2", "b2"), ("A3", "P3", "b1"), ("A4", "P4", "b1"),
        ("A5", "P5", "b1"), ("A6", "P4", "b1"), ("A7", "P4", "b2"),
    ):  # fmt: skip
        lines.append(f"{card},class_1,{holder},{bank},o_{bank},2020-01-01T00:00:00+08:00")
    (data / "account.csv").write_text("\n".join(lines), encoding="utf-8")
    (data / "sim.csv").write_text(
        "sim_id,sim_kind,holder_id,institution_id,activated_at\n"
        "S1,phone,P1,op,2020-01-01T00:00:00+08:00\nS2,phone,P1,op,2020-01-01T00:00:00+08:00\n",
        encoding="utf-8",
    )
    (data / "outlet.csv").write_text(
        "outlet_id,institution_id,outlet_kind,region_code\no_b1,b1,branch,990101\no_b2,b2,branch,990201\n",
        encoding="utf-8",
    )
    return Judged(out, data)


def run(book, judged, when=AT):
    return open_cases(judged, book, policy(), now=when, say=Progress())


def stands(book):
    with book.read(SYSTEM, at=AT) as desk:
        kinds = ("case", "order", "notice", "reverification")
        return {(kind, one.id, one.state) for kind in kinds for one in desk.each(Wanted(kind))}


def test_a_run_becomes_cases_by_network_holder_and_institution(judged, tmp_path):
    book = ledger("sqlite", tmp_path)
    done = run(book, judged)
    # N1 reaches into two banks, each of which has its own case of it
    assert vars(done) == {"cases": 5, "in_force": 2, "proposed": 3, "asked": 2, "left_alone": 0}
    with book.read(SYSTEM, at=AT) as desk:
        cases = {(one.about, one.institution_id): one for one in desk.find(Wanted("case"))}
        orders = {one.about: one for one in desk.find(Wanted("order"))}
        asked = {one.about: one for one in desk.find(Wanted("reverification"))}
    assert set(cases) == {
        ("network:N1", "b1"), ("network:N1", "b2"), ("holder:P3", "b1"), ("holder:P4", "b1"),
        ("holder:P1", "op"),
    }  # fmt: skip
    assert cases["network:N1", "b2"].region_code == "990201"
    assert {about: one.state for about, one in orders.items()} == {
        "account:A1": "proposed", "account:A2": "proposed", "account:A3": "in_force",
        "account:A4": "proposed", "sim:S1": "in_force",
    }  # fmt: skip
    assert orders["sim:S1"].body["other_sims"] == ["S2"]
    assert orders["account:A4"].body["because"] == "implicated"
    # the other card of the implicated holder at the same bank, and the SIM to be verified
    assert set(asked) == {"account:A6", "sim:S1"}
    assert asked["sim:S1"].due_at == at(3)


def test_run_again_it_does_nothing_again(judged, tmp_path):
    book = ledger("sqlite", tmp_path)
    first = run(book, judged)
    before, rows = stands(book), book.verify().rows
    assert vars(run(book, judged, at(0, 1))) == vars(first)
    assert (stands(book), book.verify().rows) == (before, rows)


@pytest.mark.parametrize("dialect", BOTH)
def test_killed_in_the_middle_the_next_run_finishes(dialect, judged, tmp_path):
    url, keys = made_url(dialect, tmp_path), tmp_path / "keys"
    open_ledger(url, keys=keys).close()

    work = (
        "from duanka.jobs.open_cases import Judged, open_cases\n"
        f"judged = Judged(Path({str(judged.out)!r}), Path({str(judged.data)!r}))\n"
        "open_cases(judged, book, policy, now=now, say=say)\n"
    )
    assert killed(work, url=url, keys=keys, now=AT.isoformat(), steps=2) == -9
    book = open_ledger(url, keys=keys)
    half = book.verify()
    assert half.whole
    with book.read(SYSTEM, at=AT) as desk:
        assert 0 < len(desk.find(Wanted("case"))) < 5
    run(book, judged)
    whole = ledger("sqlite", tmp_path)
    run(whole, judged)
    assert stands(book) == stands(whole)
    assert book.verify().whole


def test_without_the_data_every_card_stands_alone(judged, tmp_path):
    book = ledger("sqlite", tmp_path)
    run(book, Judged(judged.out, None, "b9"))
    with book.read(SYSTEM, at=AT) as desk:
        cases = desk.find(Wanted("case"))
    assert {one.about for one in cases} == {
        "network:N1", "card:account:A3", "card:account:A4", "card:sim:S1",
    }  # fmt: skip
    assert {one.institution_id for one in cases} == {"b9"}


def test_a_card_that_an_appeal_cleared_is_left_alone(judged, tmp_path):
    from duanka.store.ledger import Record

    book = ledger("sqlite", tmp_path)
    body = {"implicated": False, "known_at": at(-10).isoformat()}
    with sit(book, SYSTEM) as desk:
        made = Record(
            "label", "l1", "b1", "990101", "known", body, about="account:A1", is_open=False
        )
        desk.write(made, act="correct")
    done = run(book, judged)
    assert done.left_alone == 1
    with book.read(SYSTEM, at=AT) as desk:
        assert desk.find(Wanted("order", about="account:A1")) == []


def test_a_csv_run_is_read_too(judged, tmp_path):
    frame = pl.read_parquet(judged.out / "score.parquet").with_columns(
        pl.col("reasons").list.join(";")
    )
    (judged.out / "score.parquet").unlink()
    frame.write_csv(judged.out / "score.csv", include_bom=True)
    book, other = ledger("sqlite", tmp_path), ledger("sqlite", tmp_path)
    run(book, judged)
    (judged.out / "score.csv").unlink()
    tables.typed("score", pl.DataFrame(SCORES)).write_parquet(judged.out / "score.parquet")
    run(other, judged)
    assert stands(book) == stands(other)


def test_a_folder_without_scores_is_told(tmp_path):
    with pytest.raises(BadInput, match="no table of scores"):
        run(ledger("sqlite", tmp_path), Judged(tmp_path))
