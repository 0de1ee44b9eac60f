import numpy as np

from duanka.simulate.ties import build_ties
from town import morning


def test_kin_talk_most_and_nobody_is_tied_to_himself():
    scene = morning()[0]
    ties = build_ties(scene, np.random.default_rng(1))
    inside = ~ties.outside
    assert (ties.one[inside] != ties.other[inside]).all()
    assert np.median(ties.weight[ties.close]) > 3 * np.median(ties.weight[inside & ~ties.close])
    home = scene.people.household
    assert (home[ties.one[ties.close]] == home[ties.other[ties.close]]).all()
    assert ties.outside.any()
