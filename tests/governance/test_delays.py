import numpy as np
import pytest

from duanka.governance import delays


def test_what_was_cut_off_on_both_sides_is_found_again():
    """Labels begin in month 8 and end in month 20; the true delay is known and must come out of the rest."""
    rng = np.random.default_rng(1)
    true = np.array([0.30, 0.25, 0.20, 0.12, 0.08, 0.05])
    opened = np.full(20, 200_000.0)
    cover = np.array([0.0] * 8 + [1.0] * 12)
    known = np.zeros((20, 6))
    for month in range(20):
        for age in range(6):
            if month + age < 20 and cover[month + age]:
                known[month, age] = rng.poisson(opened[month] * 0.01 * true[age])
    hazard = delays.hazards(opened, known, cover)
    assert hazard / hazard.sum() == pytest.approx(true, abs=0.01)
    assert hazard.sum() == pytest.approx(0.01, rel=0.03)
    seen = delays.seen_share(hazard, cover)
    assert seen[19, 19] == pytest.approx(0.30, abs=0.02)  # a month old: three tenths are known
    assert seen[14, 19] == pytest.approx(1.0, abs=1e-9)
    assert seen[5, 19] == pytest.approx(
        true[3:].sum(), abs=0.02
    )  # its first three months were never seen
    assert seen[0, 19] == 0.0
    corrected = known.sum() / (opened * seen[:, -1]).sum()
    assert corrected == pytest.approx(0.01, rel=0.03)
    assert known.sum() / opened.sum() < 0.008  # and so the raw rate is too low


def test_the_share_seen_grows_with_the_month_looked_from():
    seen = delays.seen_share(np.array([0.2, 0.5, 0.3]), np.array([1.0, 1.0, 1.0, 0.5]))
    assert (np.diff(seen, axis=1) >= 0).all()
    assert seen[0].tolist() == pytest.approx([0.2, 0.7, 1.0, 1.0])
    assert seen[2].tolist() == pytest.approx([0.0, 0.0, 0.2, 0.45])


def test_without_labels_every_delay_is_as_likely():
    hazard = delays.hazards(np.ones(3), np.zeros((3, 2)), np.ones(3))
    assert hazard.tolist() == [0.0, 0.0]
    assert delays.seen_share(hazard, np.ones(3))[2, 2] == 0.5
