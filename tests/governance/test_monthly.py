from io import BytesIO

import polars as pl

from duanka.governance import progress
from duanka.governance.monthly import TITLES, workbook
from duanka.tables import empty
from town import small_town

BOARD = progress.board(small_town().tables, empty("listing"), interval_share=0.95)


def test_every_table_has_its_sheet_and_says_what_the_table_says():
    frames = {"progress": BOARD, "listing": empty("listing"), "insiders": BOARD}
    content = workbook(frames, period="2026-06")
    sheets = pl.read_excel(BytesIO(content), sheet_id=0)
    assert set(sheets) == {TITLES["progress"], TITLES["listing"]}  # no sheet for what is restricted
    assert sheets[TITLES["progress"]]["value"].to_list() == BOARD["value"].to_list()
    assert sheets[TITLES["progress"]]["label"].to_list() == BOARD["label"].to_list()


def test_the_same_tables_are_the_same_bytes():
    assert workbook({"progress": BOARD}, period="2026-06") == workbook(
        {"progress": BOARD}, period="2026-06"
    )


def test_an_empty_month_is_a_workbook_too():
    assert workbook({}, period="2026-06")[:2] == b"PK"


def test_text_that_looks_like_a_formula_stays_text():
    frame = pl.DataFrame({"unit_id": ["=1+1", "@x"]})
    told = pl.read_excel(
        BytesIO(workbook({"listing": frame}, period="2026-06")), sheet_name=TITLES["listing"]
    )
    assert told["unit_id"].to_list() == ["=1+1", "@x"]
