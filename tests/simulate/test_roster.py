from duanka.simulate.roster import ROLES
from duanka.tables import columns


def test_the_roles_are_the_words_of_the_contract_in_its_order():
    told = next(column for column in columns("label") if column.name == "role")
    assert tuple(told.words) == ROLES
