import polars as pl

from duanka.tables.read import batches
from duanka.tables.workbook import workbook


def test_ids_and_formulas_stay_text_and_numbers_are_numbers(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = [["0012345678901234567", "=1+1", 3], [None, True, 2.5]]
    path.write_bytes(workbook(["id", "说明", "n"], rows, page="线索"))
    (batch,) = batches(path)
    assert batch.rows["id"].to_list() == ["0012345678901234567", ""]
    assert batch.rows["说明"].to_list() == ["=1+1", "True"]
    assert pl.Series(batch.rows["n"]).cast(pl.Float64).to_list() == [3, 2.5]
