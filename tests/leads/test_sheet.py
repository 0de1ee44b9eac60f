import fastexcel
import polars as pl

from duanka import tables
from duanka.leads import sheet
from duanka.tables.check import check
from duanka.tables.read import batches


def test_the_template_is_read_back_as_a_table_of_leads(tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(sheet.template())
    book = fastexcel.read_excel(str(path))
    assert book.sheet_names == [sheet.SHEET, sheet.HELP]
    (batch,) = list(batches(path)) or [None]
    names = sheet.in_our_words(batch.rows).columns if batch else []
    assert [n for n in names if n != "#line"] == [c.name for c in tables.columns("lead")]


def test_refused_rows_come_back_with_what_was_wrong_and_a_formula_stays_text(tmp_path):
    rows = pl.DataFrame(
        {
            "#line": [2, 3],
            "lead_id": ["L1", "=1+1"],
            "issued_at": ["2026-06-01T09:30:00+08:00", "nonsense"],
            "issuer_id": ["p", "p"],
            "card_kind": ["account", "passport"],
            "card_id": ["0012345678901234567", "A2"],
        }
    )
    found = check(rows, "lead", file="x.csv")
    assert found.rows.height == 1
    path = tmp_path / "back.xlsx"
    path.write_bytes(sheet.error_return(rows, found.rejects))
    (batch,) = batches(path)
    back = sheet.in_our_words(batch.rows)
    assert back["lead_id"].to_list() == ["=1+1"]
    assert "card_kind unknown_word" in back["问题"][0]
    assert "issued_at bad_at" in back["问题"][0]
