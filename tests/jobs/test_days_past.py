"""Cards judged by their heaviest days: misuse weeks ago is found, nothing later or cleared is held against them."""

import numpy as np
import pytest

from duanka.jobs.days_past import by_worst, heaviest_days
from duanka.jobs.judge import Told
from office import account, before, call, dataset, label, micros, regime, sim, transfer

HEAVY = 40


def paid(number, payee, at, yuan):
    return transfer(f"t{number}", f"x{number}", payee, at, amount_fen=yuan * 100)


def town(**more):
    """Two cards: one with a heavy day weeks ago and a light one since, one that is quiet."""
    moves = [paid(k, "a", before(HEAVY, minutes=k), 5_000) for k in range(4)]
    moves += [paid(9, "a", before(10), 50), paid(10, "b", before(20), 10)]
    return dataset(account=[account("a"), account("b")], transfer=moves, **more)


def named(held, found):
    ids = held.asker.records.accounts.index.ids.gather(found.card)
    return list(zip(ids.to_list(), found.at.tolist(), strict=True))


def test_the_heaviest_days_come_by_what_was_received_and_are_asked_half_a_day_after():
    held = town()
    found = named(held, heaviest_days(held.asker.records, "account", days=90, most=1))
    assert found == [("a", micros(before(HEAVY - 0.5))), ("b", micros(before(19.5)))]


@pytest.mark.parametrize(("days", "most", "count"), [(90, 2, 3), (30, 2, 2), (5, 2, 0)])
def test_only_so_many_days_back_and_so_many_a_card(days, most, count):
    held = town()
    assert heaviest_days(held.asker.records, "account", days=days, most=most).at.size == count


def test_what_came_before_a_card_was_cleared_is_not_held_against_it():
    held = town(label=[label("a", before(30), bad=False, source="appeal")])
    found = named(held, heaviest_days(held.asker.records, "account", days=90, most=2))
    assert ("a", micros(before(HEAVY - 0.5))) not in found
    assert [name for name, _ in found] == ["a", "b"]


def test_a_phone_cards_days_weigh_the_calls_it_made():
    calls = [call(f"c{k}", "s", f"x{k}", before(20, minutes=k)) for k in range(3)]
    held = dataset(sim=[sim("s"), sim("r")], call=[*calls, call("d", "r", "s", before(3))])
    found = heaviest_days(held.asker.records, "sim", days=90, most=1)
    assert sorted(found.at.tolist()) == [micros(before(19.5)), micros(before(2.5))]


def worst(held, then, *, now=0.001):
    """What is told when the past vectors get these scores, by the order they were asked in."""
    cards = held.asker.records.accounts.judged
    X = np.zeros((cards.size, 307), np.float32)
    asked = []

    def tell(rows):
        asked.append(rows)
        score = np.full(len(rows), then)
        return Told(score, {key: ["money"] for key in range(len(rows))}, {}, {})

    told = Told(np.full(cards.size, now), {0: ["rhythm"]}, {}, {})
    found = by_worst(told, X, held.asker, kind="account", regime=regime(), tell=tell)
    return found, X, asked


def test_a_card_that_was_worse_weeks_ago_lies_between_now_and_then_and_says_what_spoke_then():
    found, X, _ = worst(town(), 0.9)
    assert np.all((found.score > 0.001) & (found.score < 0.9))
    assert found.families[0] == ["money"]
    assert X.any()


def test_a_card_that_never_was_worse_keeps_its_score_and_its_reasons():
    found, X, _ = worst(town(), 0.0001)
    assert np.all(found.score == 0.001)
    assert found.families == {0: ["rhythm"]}
    assert not X.any()


def test_what_came_after_the_heavy_day_is_not_in_its_vector():
    held = town()
    late = [paid(k, "a", before(HEAVY, minutes=k), 5_000) for k in range(4)]
    alone = dataset(account=[account("a"), account("b")], transfer=late)
    _, _, asked = worst(held, 0.9)
    _, _, without = worst(alone, 0.9)
    np.testing.assert_array_equal(asked[0][0], without[0][0])
