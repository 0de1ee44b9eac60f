import shutil
from io import BytesIO

import polars as pl
import pytest
from docx import Document

from desks import at, policy
from dockets import CHIEF, go
from duanka.errors import BadInput
from duanka.governance.docket import INSIDER, KIND
from duanka.jobs.matters import open_matters, supervise, write_letter
from duanka.jobs.progress import Progress
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ledger
from published import PERIOD, month


def opened(book, days=0, folder=None):
    return vars(
        open_matters(folder or month(), book, policy(), now=at(days), office="反诈中心", say=Progress())
    )  # fmt: skip


def test_a_published_month_becomes_matters_once_with_the_figures_that_were_published(tmp_path):
    book = ledger("sqlite", tmp_path)
    done = opened(book)
    listing = pl.read_csv(month() / "listing.csv").filter(pl.col("listing") != "none")
    suspected = pl.read_csv(month() / "restricted" / "insiders.csv").height
    planned = pl.read_csv(month() / "inspections.csv").height
    whole = listing.height + suspected + planned
    assert done == {"proposals": whole, "opened": whole, "again": 0, "insiders": suspected}  # fmt: skip
    assert listing.height > 0
    assert planned > 0
    assert suspected > 0
    assert opened(book, 1)["opened"] == 0
    evidence = pl.read_csv(month() / "evidence.csv", infer_schema=False)
    with book.read(SYSTEM, at=at()) as desk:
        for one in desk.each(Wanted(KIND)):
            kind, _, unit = one.about.partition(":")
            row = evidence.row(
                by_predicate=(pl.col("unit_kind") == kind) & (pl.col("unit_id") == unit), named=True
            )
            assert one.body["figures"]["ratio"] == row["ratio"]
            assert one.body["period"] == PERIOD
            assert one.institution_id or kind == "region"
        assert len(list(desk.each(Wanted(INSIDER)))) == suspected
    assert not any(line.startswith("staff") for line in (month() / "listing.csv").read_text().splitlines())  # fmt: skip


def test_figures_that_were_changed_after_publishing_propose_nothing(tmp_path):
    book, copy = ledger("sqlite", tmp_path), tmp_path / "month"
    shutil.copytree(month(), copy)
    with (copy / "listing.csv").open("a") as file:
        file.write("outlet,o99999,2025-10,red_card,rate_high,x\n")
    with pytest.raises(BadInput, match="not what was published"):
        opened(book, folder=copy)
    with pytest.raises(BadInput, match="no published month"):
        opened(book, folder=tmp_path)


def test_clocks_run_and_letters_carry_digests_into_the_history(tmp_path):
    book = ledger("sqlite", tmp_path)
    planned = pl.read_csv(month() / "inspections.csv").height  # they have more time
    count = opened(book)["opened"] - planned
    told = supervise(book, policy(), now=at(8), say=Progress())
    assert vars(told) == {"ended": 0, "escalated": 0, "reminded": count}
    assert supervise(book, policy(), now=at(15), say=Progress()).escalated == count
    with book.read(SYSTEM, at=at(15)) as desk:
        found = desk.find(Wanted(KIND, open_only=True))
    one = next(record for record in found if record.body["kind"] in {"listing", "penalty"})
    one = go(book, one, "noticed", 16)
    how = {"viewer": CHIEF, "now": at(16)}
    digests = [write_letter(one.id, tmp_path / f"{n}.docx", book, policy(), **how) for n in "ab"]
    assert digests[0] == digests[1]
    paper = Document(BytesIO((tmp_path / "a.docx").read_bytes()))
    assert one.body["figures"]["implicated"] is not None
    assert any("陈述" in p.text for p in paper.paragraphs)
    write_letter(one.id, tmp_path / "a.pdf", book, policy(), **how)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    with book.read(SYSTEM, at=at(16)) as desk:
        acts = [row.act for row in desk.history(KIND, one.id)]
    assert acts.count("letter") == 3
    with pytest.raises(BadInput, match="docx or"):
        write_letter(one.id, tmp_path / "a.txt", book, policy(), **how)
