import pytest

from duanka.tables.regions import ABOLISHED, district, lineage, name_of, remark, successor


def test_every_district_lies_in_what_its_code_says():
    assert name_of("429004") == "湖北省仙桃市"  # no prefecture above it
    assert name_of("110101") == "北京市东城区"
    assert (name_of("810000"), district("320508").inside) == ("香港特别行政区", "320500")


@pytest.mark.parametrize("code", sorted(ABOLISHED))
def test_an_abolished_code_has_its_old_name_a_place_and_a_code_of_today(code):
    name, year, now = ABOLISHED[code]
    assert name_of(code).endswith(name)
    assert successor(code) == now
    assert district(now).kind != "abolished"
    assert str(year) in remark(code)
    assert now in remark(code)


def test_a_code_that_nobody_knows_is_kept_with_a_remark():
    assert (name_of("123456"), district("123456"), successor("123456")) == (None, None, "123456")
    assert remark("123456")
    assert lineage("123456") == ("120000", "123400", "123456")
