import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network import communities
from duanka.network.communities import find_networks
from duanka.network.evidence import EVIDENCE
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from network.ring_room import AS_OF, REGIME, called, frame, hour, paid, scores, sim, town, used


def find(frames, told):
    return find_networks(frames, scores=told, as_of=AS_OF, regime=REGIME)


def by_network(found, least=0.3):
    strong = found.members.filter(pl.col("strength") >= least)
    return sorted(
        (set(part["subject_id"].to_list()) for _, part in strong.group_by("network_id")), key=min
    )


def test_rings_are_found_apart_with_holders_and_devices_and_nobody_else():
    found = find(*town())
    a, b = by_network(found)
    assert a == {"a1", "a2", "a3", "a4", "A1", "A2", "A3", "A4", "dA"}
    assert b == {"b1", "b2", "b3", "B1", "B2", "B3", "dB"}


def test_a_card_of_no_score_is_drawn_in_by_the_device_it_shares():
    frames, told = town()
    found = find(frames, told.filter(pl.col("card_id") != "a4"))
    assert "a4" in by_network(found)[0]


def test_a_victim_who_paid_four_of_a_ring_is_no_member_however_often():
    frames, told = town()
    more = [paid(f"w{n}", 130 + n, "v", "a1", 900_000) for n in range(20)]
    frames["transfer"] = pl.concat([frames["transfer"], frame("transfer", more)]).sort("at")
    assert not any({"v", "V", "sv"} & members for members in by_network(find(frames, told)))


def test_a_family_phone_and_a_repairers_bench_weld_nobody():
    members = set().union(*by_network(find(*town())))
    assert not {"w", "W", "bench", "home", "R"} & members


def test_links_tell_why_and_contact_weighs_nothing():
    links = find(*town()).links
    control = links.filter(pl.col("weight") > 0)
    assert set(control["relation"].cast(pl.String)) == {"used_on", "held_by", "paid"}
    shared = control.filter(pl.col("right_id") == "dA", pl.col("left_id") == "a1").row(
        0, named=True
    )
    assert (shared["count"], shared["first_at"], shared["last_at"]) == (4, hour(10), hour(13))
    assert links.filter(pl.col("weight") == 0).height == 0


def test_labels_and_leads_are_seeds_where_nothing_was_scored():
    frames, _ = town()
    frames["label"] = frame(
        "label",
        [
            {"card_kind": "account", "card_id": card, "implicated": True, "known_at": hour(200), "source": "police"}
            for card in ("a1", "a2")
        ],
    )  # fmt: skip
    frames["lead"] = frame(
        "lead",
        [{"lead_id": "l", "issued_at": hour(201), "issuer_id": "z", "card_kind": "account", "card_id": "a3"}],
    )  # fmt: skip
    (only,) = by_network(find(frames, None))
    assert {"a1", "a2", "a3", "a4", "dA"} <= only


def test_a_cleared_card_is_no_member_though_it_sits_on_the_device():
    frames, told = town()
    frames["label"] = frame(
        "label",
        [{"card_kind": "account", "card_id": "a3", "implicated": False, "known_at": hour(300), "source": "appeal"}],
    )  # fmt: skip
    a = by_network(find(frames, told))[0]
    assert "a3" not in a
    assert {"a1", "a2"} <= a


def test_cells_served_by_one_buyer_are_one_network_and_the_buyer_a_candidate():
    frames, told = town()
    mules = ["A1", "A2", "A3", "B1", "B2", "B3"]
    frames["account"] = pl.concat(
        [frames["account"], frame("account", [
            {"account_id": f"own{m}", "account_kind": "class_1", "holder_id": m, "institution_id": "b",
             "opened_at": hour(-999)} for m in mules])]
    )  # fmt: skip
    deals = [paid(f"d{n}", 5 + n, "dealer", f"own{m}", 50_000) for n, m in enumerate(mules)]
    frames["transfer"] = pl.concat([frames["transfer"], frame("transfer", deals)]).sort("at")
    found = find(frames, told)
    (one,) = by_network(found)
    assert {"a1", "b1", "dealer"} <= one
    reason = found.links.filter(pl.col("right_id") == "dealer")
    assert set(reason["relation"].cast(pl.String)) == {"paid_for"}
    assert reason["weight"].sum() == 0


def test_a_courier_who_rings_up_everybody_is_no_candidate():
    frames, told = town()
    everybody = frames["sim"]["sim_id"].to_list()
    calls = [called(f"c{n}", 5 + n, "sH9", one) for n, one in enumerate(everybody)]
    frames["call"] = frame("call", calls)
    found = find(frames, told)
    assert "sH9" not in found.members["subject_id"].to_list()


def test_the_sim_that_called_before_the_payment_joins_phones_to_money():
    frames, told = town()
    frames["sim"] = pl.concat([frames["sim"], frame("sim", [sim("sx", "X"), sim("sy", "Y")])])
    uses = [used(s, "goip", 60 + n, "sim") for s in ("sx", "sy") for n in range(4)]
    frames["device_use"] = pl.concat([frames["device_use"], frame("device_use", uses)]).sort("at")
    frames["call"] = frame("call", [called("c1", 99, "sx", "sv"), called("c2", 99, "sy", "sv")])
    found = find(frames, pl.concat([told, scores(sx=0.9, sy=0.9)]))
    a = next(members for members in by_network(found) if "a1" in members)
    assert {"sx", "sy", "goip"} <= a
    assert not {"V", "v", "sv"} & a


def test_what_lies_beyond_the_horizon_is_no_evidence():
    frames, told = town()
    old = frames["device_use"].with_columns(pl.col("at") - dt.timedelta(days=200))
    frames["device_use"] = old
    assert not any("dA" in members for members in by_network(find(frames, told)))


@given(st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=4, deadline=None)
def test_the_order_of_rows_changes_no_byte(rnd):
    frames, told = town()
    mixed = {}
    for name, rows in frames.items():
        order = list(range(rows.height))
        rnd.shuffle(order)
        mixed[name] = rows[order]
    once, again = find(frames, told), find(mixed, told)
    assert once.members.equals(again.members)
    assert once.links.equals(again.links)


def test_nothing_known_gives_empty_tables_of_the_right_shape():
    found = find({}, None)
    assert found.members.is_empty()
    assert found.members.columns == list(communities.MEMBERS)
    assert found.links.columns == list(communities.LINKS)


def test_each_table_may_be_absent():
    frames, told = town()
    for name in frames:
        part = {n: f for n, f in frames.items() if n != name}
        assert find(part, told).members.columns == list(communities.MEMBERS)


def test_what_is_gathered_is_evidence_about_the_seeds_only():
    frames, told = town()
    seeds = told.filter(pl.col("score") > 0.5).select(
        pl.col("card_kind").cast(communities.MEMBERS["subject_kind"]), "card_id", pl.col("score").alias("belief")
    )  # fmt: skip
    acts = communities.acted(frames, since=hour(-999))
    pieces = communities.gather(
        acts, frames, register(frames), seeds, since=hour(-999), rules=rules_of(REGIME)
    )
    assert pieces.columns == list(EVIDENCE)
    assert set(pieces.filter(pl.col("right_kind") == "device")["right_id"]) == {"dA", "dB", "home"}
