import pytest

from duanka.web import keys
from duanka.web.problems import TooMany
from duanka.web.rates import BLOCKS, WRONG_PER_MINUTE, Rates
from web_room import NOW


def key(folder, per_second):
    return keys.add(folder, "x", scopes=("admin",), now=NOW, per_second=per_second)[1]


@pytest.fixture
def still(monkeypatch):
    """One second that does not pass."""
    now = [1_780_000_000.25]
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: now[0])
    return now


def spend(rates, one, count):
    spent = 0
    while True:
        try:
            rates.spend(one, count)
        except TooMany:
            return spent
        spent += count


@pytest.mark.parametrize(("per_second", "count"), [(5, 1), (5, 2), (1_000, 1), (1_000, 64)])
def test_a_key_gets_its_second_and_no_more(tmp_path, still, per_second, count):
    one = key(tmp_path, per_second)
    spent = spend(Rates(), one, count)
    assert spent <= per_second
    assert spent > per_second - count - per_second // BLOCKS


def test_the_next_second_is_another_one_and_keys_do_not_share(tmp_path, still):
    rates, one, two = Rates(), key(tmp_path, 5), key(tmp_path, 5)
    assert spend(rates, one, 1) == 5
    assert spend(rates, two, 1) == 5
    still[0] += 1.01
    assert 0 < spend(rates, one, 1) <= 5


def test_a_batch_larger_than_a_second_is_refused_with_what_to_do(tmp_path, still):
    one = key(tmp_path, 10)
    with pytest.raises(TooMany) as told:
        Rates().spend(one, 11)
    assert told.value.retry_after_s >= 1
    assert one.key_id in told.value.where


def test_an_address_that_guesses_is_stopped_and_others_are_not(still):
    rates = Rates()
    for _ in range(WRONG_PER_MINUTE):
        rates.wrong("192.0.2.1")
    with pytest.raises(TooMany):
        rates.wrong("192.0.2.1")
    rates.wrong("192.0.2.2")
