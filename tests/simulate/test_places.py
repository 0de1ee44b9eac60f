import numpy as np

from duanka.simulate.places import (
    BANK,
    ONLINE,
    PAYMENT,
    REGIONS,
    build_places,
    pick_outlets,
    pick_staff,
)
from duanka.simulate.plan import Plan


def test_no_region_code_is_that_of_a_real_county():
    assert all(len(code) == 6 and code.startswith("99") for code in REGIONS)


def test_cards_are_opened_at_outlets_of_their_institutions_by_their_staff():
    rng = np.random.default_rng(1)
    places = build_places(Plan(1, people=5_000), rng)
    outlet = pick_outlets(rng, places, (BANK,), 500)
    assert (places.institution_kind[places.outlet_institution[outlet]] == BANK).all()
    assert (places.staff_outlet[pick_staff(rng, places, outlet)] == outlet).all()
    online = pick_outlets(rng, places, (PAYMENT,), 50)
    assert (places.outlet_kind[online] == ONLINE).all()
