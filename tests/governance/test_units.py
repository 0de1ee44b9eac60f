import polars as pl

from duanka import tables
from duanka.governance.units import units

CARDS = pl.DataFrame(
    {
        "institution_id": ["i1", "i1", "i2", None],
        "outlet_id": ["o1", "o1", "o1", None],
        "staff_id": ["s1", "s1", None, None],
        "region_code": ["320508", "320508", "310103", None],
    }
)
NAMED = {
    "outlet": tables.typed("outlet", pl.DataFrame({"outlet_id": ["o1"], "institution_id": ["i1"],
        "outlet_kind": ["branch"], "region_code": ["320508"], "name": ["某支行"]})),
}  # fmt: skip


def test_who_answers_where_by_most_of_the_cards_and_what_is_said_of_old_codes():
    rows = {(r["unit_kind"], r["unit_id"]): r for r in units(CARDS, NAMED).iter_rows(named=True)}
    assert {kind for kind, _ in rows} == {"institution", "outlet", "region"}
    outlet = rows["outlet", "o1"]
    assert (outlet["institution_id"], outlet["region_code"], outlet["name"]) == ("i1", "320508", "某支行")  # fmt: skip
    assert rows["region", "320508"]["name"] == "江苏省苏州市姑苏区"
    assert rows["region", "310103"]["remark"] == "2011年撤销，现为310101"
    assert rows["institution", "i2"]["region_code"] == ""
