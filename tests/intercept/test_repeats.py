from duanka.intercept.repeats import Repeats

HOUR = 3_600_000_000


def key(n):
    return n.to_bytes(16, "big")


def test_a_key_is_found_where_the_log_has_it_until_its_time_is_over():
    repeats = Repeats(2 * HOUR, 100)
    repeats.add([key(1)], 11, now_us=0)
    repeats.add([key(20 + n) for n in range(7)] + [key(2)], 22, now_us=HOUR)
    assert (repeats.find(key(1)), repeats.find(key(3))) == (11 << 16, None)
    assert repeats.find(key(2)) == 22 << 16 | 7
    repeats.add([key(3)], 33, now_us=2 * HOUR)
    assert repeats.find(key(1)) == 11 << 16
    repeats.add([key(4)], 44, now_us=2 * HOUR + 1)
    assert repeats.find(key(1)) is None
    assert repeats.oldest_place() == 22


def test_no_more_than_the_most_are_remembered():
    repeats = Repeats(HOUR, 3)
    for n in range(10):
        repeats.add([key(n)], n, now_us=n)
    assert len(repeats) == 3
    assert [repeats.find(key(n)) for n in (6, 7, 9)] == [None, 7 << 16, 9 << 16]


def test_what_is_saved_is_taken_up_again_and_forgets_alike():
    one, other = Repeats(HOUR, 5), Repeats(HOUR, 5)
    for n in range(4):
        one.add([key(n)], n, now_us=n * HOUR // 4)
    other.restore(one.save())
    for repeats in (one, other):
        repeats.add([key(9)], 9, now_us=HOUR + 1)
        assert repeats.find(key(0)) is None
        assert repeats.find(key(1)) == 1 << 16
    empty = Repeats(HOUR, 5)
    empty.restore(Repeats(HOUR, 5).save())
    assert empty.oldest_place() is None
