import numpy as np

from duanka.simulate.rings import candidates
from duanka.simulate.roster import ROLES
from town import morning


def test_rings_find_nobody_twice_and_the_young_sooner():
    scene = morning()[0]
    found = list(candidates(scene, np.random.default_rng(1)))
    assert len(found) == len(set(found)) == scene.people.count
    born = scene.people.birth_year[found]
    assert born[:300].mean() > born.mean() + 3


def test_a_ring_has_its_backbone_and_one_role_a_person():
    _, rings = morning()
    for ring in rings:
        assert {"controller", "dealer", "head_dealer", "recruiter", "minder", "liaison"} <= set(
            ring.members
        )
        assert set(ring.members) <= set(ROLES)
    members = [p for ring in rings for group in ring.members.values() for p in group]
    assert len(members) == len(set(members))
    assert rings[0].insider >= 0
    assert rings[0].members["company_agent"]


def test_a_town_of_few_rings_shows_several_habits():
    _, rings = morning()
    assert len({ring.money for ring in rings}) == 3
    assert len({ring.phone for ring in rings}) == 3
