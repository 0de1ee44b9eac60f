import numpy as np

from duanka.simulate.ids import OUTSIDE_SHARD, opaque


def test_ids_are_distinct_within_and_between_parts_and_kinds():
    parts = [opaque("a", 20_000, seed=1, shard=s) for s in (0, 1, OUTSIDE_SHARD)]
    assert len({i for part in parts for i in part}) == 60_000
    assert not set(opaque("s", 100, seed=1)) & set(parts[0])


def test_ids_follow_the_seed_and_not_the_order():
    ids = opaque("p", 5_000, seed=1)
    assert ids.equals(opaque("p", 5_000, seed=1))
    assert not ids.equals(opaque("p", 5_000, seed=2))
    digits = ids.str.slice(2).cast(int).to_numpy()
    assert abs(np.corrcoef(np.arange(5_000), digits)[0, 1]) < 0.06


def test_an_id_looks_like_no_phone_or_bank_card_number():
    assert (opaque("s", 1_000, seed=3).str.len_chars() == 12).all()
    assert opaque("s", 1_000, seed=3).str.starts_with("s-").all()
