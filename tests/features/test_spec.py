from duanka.features.spec import WINDOWS, Aggregate


def test_every_window_is_whole_hops_and_longer_than_the_one_before():
    lengths = [w.length for w in WINDOWS.values()]
    assert lengths == sorted(set(lengths))
    assert all(w.length % w.hop == 0 and w.name == name for name, w in WINDOWS.items())


def test_an_aggregate_is_named_by_its_stem_and_window():
    a = Aggregate("in_count", "count", ("1h", "7d"), "笔数", "transfers", "money")
    assert a.names() == ("in_count_1h", "in_count_7d")
