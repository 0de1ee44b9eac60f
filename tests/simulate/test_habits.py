import numpy as np

from duanka.simulate.habits import ALL_HABITS, HABITS, HELD_OUT_HABITS, TRAIN_HABITS, draw


def test_training_and_held_out_habits_are_disjoint_and_each_has_both_sides():
    assert not set(TRAIN_HABITS) & set(HELD_OUT_HABITS)
    assert set(TRAIN_HABITS) | set(HELD_OUT_HABITS) == set(ALL_HABITS)
    for group in (TRAIN_HABITS, HELD_OUT_HABITS):
        assert {HABITS[name].side for name in group} == {"money", "phone"}


def test_rings_draw_tactics_of_their_own_inside_the_ranges():
    rng = np.random.default_rng(1)
    for habit in HABITS.values():
        one, two = draw(habit, rng), draw(habit, rng)
        assert one != two
        for name, (low, high) in habit.ranges.items():
            assert low - 1e-9 <= one[name] <= high + 1e-9
