from dataclasses import replace

import numpy as np

from duanka.governance.redraw import redrawn
from duanka.governance.scorecard import govern
from duanka.policy import dated
from published import world


def test_cards_are_drawn_again_about_as_often_and_nothing_else_changes():
    regime = dated.load().at(world().as_of.date())
    found = govern(world().tables, world().as_of, regime)
    drawn = [redrawn(found, seed=seed) for seed in range(200)]
    for at, sheet in enumerate(found.sheets):
        sizes = np.array([one.sheets[at].by_known.shape[0] for one in drawn])
        cards = sheet.by_known.shape[0]
        assert abs(sizes.mean() - cards) < 4 * np.sqrt(cards / 200)
        same = replace(drawn[0].sheets[at], by_known=sheet.by_known)
        assert same.expected is sheet.expected
        assert set(map(tuple, drawn[0].sheets[at].by_known)) <= set(map(tuple, sheet.by_known))
    again = redrawn(found, seed=3).sheets[0].by_known
    assert np.array_equal(again, drawn[3].sheets[0].by_known)
