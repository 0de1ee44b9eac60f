from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features import devices, kernel, replay, sightings
from duanka.features import flags as f
from duanka.features.sightings import STRETCH
from duanka.features.spec import DAY, HOUR, MINUTE
from features_room import asker, dataset, of_account, when


def use(card, device=None, network=None, kind="account", **since):
    return {"at": when(**since), "card_kind": kind, "card_id": card, "device_id": device,
            "network_id": network, "device_use_id": 0}  # fmt: skip


def account(name, holder):
    return {"account_id": name, "account_kind": "class_1", "holder_id": holder, "institution_id": "i",
            "opened_at": when(days=-1)}  # fmt: skip


def crowds(*rows, **tables):
    uses = asker(dataset(device_use=list(rows), **tables)).streams.uses
    return ((uses.flags >> f.CROWD_SHIFT) & f.FIELD).tolist()


def test_others_on_a_device_are_holders_and_never_the_card_itself():
    rows = [use("a", "d", hours=h) for h in (0, 7, 14)]
    assert crowds(*rows) == [0, 0, 0]
    assert crowds(*rows, use("b", "d", hours=16), use("a", "d", hours=21)) == [0, 0, 0, 1, 1]
    both = [account("a", "p"), account("b", "p")]
    assert crowds(use("a", "d"), use("b", "d", hours=2), account=both) == [0, 0]


def test_who_was_there_long_ago_is_no_longer_on_the_device():
    assert crowds(use("b", "d"), use("a", "d", days=1), use("b", "d", days=60)) == [0, 1, 0]
    # its own visit long past is not taken from those who were there lately
    assert crowds(use("a", "d"), use("b", "d", days=59), use("a", "d", days=60)) == [0, 0, 1]


def test_two_sightings_of_one_instant_have_not_seen_each_other():
    rows = [use("b", "d"), use("a", "d", "n1", hours=2), use("a", "d", "n2", hours=2)]
    assert crowds(*rows) == [0, 1, 1]


def test_the_number_of_others_stops_at_what_a_use_can_carry():
    rows = [use(f"c{n:02}", "d", minutes=n) for n in range(30)]
    assert crowds(*rows)[-1] == crowds(*rows)[15] == f.FIELD
    assert crowds(*rows)[14] == 14


def test_one_sighting_a_stretch_is_kept_and_it_is_the_first():
    """Whatever table tells of it: a later sighting must not stand in for an earlier one."""
    pay = {
        "at": when(minutes=5),
        "payer_id": "a",
        "payee_id": "z",
        "amount_fen": 1,
        "device_id": "d",
    }
    rows = [use("a", "d", minutes=50), use("a", "d", minutes=50 + STRETCH // MINUTE)]
    uses = asker(dataset(device_use=rows, transfer=[pay])).streams.uses
    assert (uses.at - uses.at[0]).tolist() == [0, STRETCH + 45 * MINUTE]


def test_cards_are_seen_where_they_pay_and_call_from():
    call = {"at": when(hours=1), "caller_id": "s", "callee_id": "z", "duration_s": 3, "device_id": "d",
            "region_code": "990101"}  # fmt: skip
    pay = {"at": when(), "payer_id": "a", "payee_id": "b", "amount_fen": 1, "device_id": "d",
           "region_code": "990101"}  # fmt: skip
    a = asker(dataset(call=[call], transfer=[pay]))
    cards = [0, a.records.accounts.index.size]  # the payer, the caller
    assert a.streams.uses.key.tolist() == a.streams.places.key.tolist() == cards
    assert a.streams.latest["card"].to_list() == cards


def test_another_region_is_counted_once():
    rows = [
        use("a", "d", hours=h) | {"region_code": r}
        for h, r in ((0, "990101"), (3, "990102"), (6, "990101"))
    ]
    assert of_account(dataset(device_use=rows), "a", when(hours=9))["region_distinct_1d"] == 2


@pytest.mark.parametrize(("others", "shared"), [(1, 0), (2, 1)])
def test_a_device_is_shared_from_two_other_holders_on(others, shared):
    rows = [*[use(f"x{n}", "d", hours=n) for n in range(others)], use("a", "d", hours=5)]
    assert (
        of_account(dataset(device_use=rows), "a", when(hours=9))["shared_first_count_7d"] == shared
    )


def as_the_kernel_counts(host, guest, at, asked):
    """Others by two replays: how many guests the host had, and whether the one asked for was among them."""
    ones = np.ones(at.size, dtype=np.int64)
    events = replay.Events(host, guest, at, ones, ones * (f.IN | f.OK), at)
    pair = events._replace(key=host * (int(guest.max(initial=0)) + 1) + guest)
    own = tuple(replace(a, stem="visit_count", op="count") for a in asked)
    found = []
    for stream, of, places in ((events, asked, f.FIELD + 2), (pair, own, 1)):
        layout, names = kernel.compile_layout(of, contact_count=places)
        questions = replay.ask(stream.key, at, stream)
        found.append(replay.answer(stream, questions, layout, names=names)[:, 0])
    return np.clip(found[0] - (found[1] > 0), 0, f.FIELD)


# sparse or crowded, and on the very edges of hops and windows, one microsecond to either side
STEPS = [0, 0, 1, MINUTE, HOUR, 2 * HOUR, 2 * HOUR - 1, DAY - 1, DAY, DAY + 1, 2 * DAY, 30 * DAY]
visits = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 22), st.sampled_from(STEPS)),
    min_size=1,
    max_size=90,
)


@pytest.mark.parametrize("asked", [devices.HOSTS, devices.NETWORKS])
@settings(max_examples=40, deadline=None)
@given(came=visits, few=st.booleans(), begun=st.sampled_from([0, 1_777_000_000_000_000]))
def test_others_are_counted_as_the_kernel_counts_them(asked, came, few, begun):
    host, guest, since = (np.array(column, dtype=np.int64) for column in zip(*came, strict=True))
    guest, at = (guest % 3 if few else guest), begun + np.cumsum(since)
    lately = devices.ON_DEVICE if asked is devices.HOSTS else devices.ON_NETWORK
    found = sightings.others(host, guest, at, lately)
    assert found.tolist() == as_the_kernel_counts(host, guest, at, asked).tolist()


def test_a_use_of_no_host_has_no_others():
    host, guest, at = np.array([0, -1, 0]), np.array([1, 2, 3]), np.array([0, 1, 2])
    assert sightings.others(host, guest, at, devices.ON_DEVICE).tolist() == [0, 0, 1]
    assert sightings.others(host[1:2], guest[1:2], at[1:2], devices.ON_DEVICE).tolist() == [0]
