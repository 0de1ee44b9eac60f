import fastexcel

from duanka.web.sheets import comma, workbook

ROWS = [("0012345678901234567", "=cmd|'/c calc'!A1", 1.5), (None, "+1", True)]


def test_a_workbook_keeps_long_digits_and_formulas_as_text(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook(("id", "memo", "n"), ROWS))
    found = fastexcel.read_excel(str(path)).load_sheet(0, dtypes="string").to_polars()
    assert found["id"][0] == "0012345678901234567"
    assert found["memo"].to_list() == ["=cmd|'/c calc'!A1", "+1"]


def test_csv_has_a_bom_and_no_formula():
    told = comma(("id", "memo", "n"), ROWS).decode("utf-8-sig").splitlines()
    assert told[1] == "0012345678901234567,'=cmd|'/c calc'!A1,1.5"
    assert told[2].startswith(",'+1,")
