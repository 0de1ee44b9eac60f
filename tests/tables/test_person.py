"""The table `person`."""

from duanka.tables import columns


def test_a_year_of_birth_is_plausible(refused):
    assert not refused("person", birth_year=1990)
    assert refused("person", birth_year=19) == {("birth_year", "too_small")}
    assert refused("person", birth_year="1990.5") == {("birth_year", "bad_int")}


def test_a_person_has_neither_name_nor_sex():
    assert [c.name for c in columns("person")] == ["person_id", "birth_year", "home_region_code"]
