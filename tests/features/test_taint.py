"""Who a notice concerns besides its own card, and from when on."""

from features_room import dataset, of_account, of_sim, when


def pay(day, payer, payee, **more):
    return {"at": when(days=day), "payer_id": payer, "payee_id": payee, "amount_fen": 100, **more}


def label(card, day, kind="account"):
    return {
        "card_kind": kind,
        "card_id": card,
        "known_at": when(days=day),
        "implicated": True,
        "source": "police",
    }


def lead(card, day, kind="account"):
    return {"card_kind": kind, "card_id": card, "issued_at": when(days=day), "issuer_id": "i"}


def account(name, day=0, holder="p", **more):
    return {"account_id": name, "account_kind": "class_1", "holder_id": holder, "institution_id": "i",
            "opened_at": when(days=day), **more}  # fmt: skip


def near(data, card, day):
    told = of_account(data, card, when(days=day))
    return {
        n: v
        for n, v in told.items()
        if n.endswith(("_lead_count_30d", "_label_count_30d")) and v > 0
    }


def test_who_was_paid_by_a_reported_card_is_told_apart_from_who_paid_it():
    data = dataset(
        transfer=[pay(1, "victim", "mule"), pay(2, "mule", "next")], label=[label("mule", 5)]
    )
    assert near(data, "victim", 6) == {"to_label_count_30d": 1}
    assert near(data, "next", 6) == {"from_label_count_30d": 1}
    assert near(data, "next", 5) == {}
    assert near(data, "next", 38) == {}


def test_a_card_reported_counts_for_itself_and_a_failed_transfer_brings_nobody_near():
    data = dataset(transfer=[pay(1, "mule", "next", outcome="failed")], lead=[lead("mule", 5)])
    assert near(data, "mule", 6) == {"own_lead_count_30d": 1}
    assert near(data, "next", 6) == {}


def test_a_payment_after_the_notice_counts_from_the_payment_and_one_long_past_not_at_all():
    data = dataset(transfer=[pay(9, "mule", "late")], label=[label("mule", 5)])
    assert near(data, "late", 8) == {}
    assert near(data, "late", 10) == {"from_label_count_30d": 1}
    data = dataset(transfer=[pay(1, "mule", "old")], label=[label("mule", 92)])
    assert near(data, "old", 93) == {}


def test_the_holders_other_cards_are_near_once_they_are_registered():
    data = dataset(account=[account("a"), account("b"), account("c", 8)], label=[label("a", 5)])
    assert near(data, "b", 6) == {"holder_label_count_30d": 1}
    assert near(data, "c", 9) == {"holder_label_count_30d": 1}
    assert near(data, "a", 6) == {}


def test_the_bound_card_of_the_other_kind_is_near():
    sim = {
        "sim_id": "s",
        "sim_kind": "phone",
        "holder_id": "q",
        "institution_id": "t",
        "activated_at": when(),
    }
    data = dataset(account=[account("a", sim_id="s")], sim=[sim], lead=[lead("s", 3, "sim")])
    assert near(data, "a", 4) == {"bound_lead_count_30d": 1}
    data = dataset(account=[account("a", sim_id="s")], sim=[sim], label=[label("a", 3)])
    assert of_sim(data, "s", when(days=4))["bound_label_count_30d"] == 1


def test_a_device_brings_cards_near_while_it_serves_few():
    def use(card, day):
        return {"at": when(days=day), "card_kind": "account", "card_id": card, "device_id": "d"}

    def on(cards, *more):
        rows = [use("mule", 1), use("b", 2), *[use(f"x{n}", 3) for n in range(cards - 2)], *more]
        return dataset(
            device_use=[r | {"device_use_id": 0} for r in rows], label=[label("mule", 5)]
        )

    assert near(on(24), "b", 6) == {"device_label_count_30d": 1}
    assert near(on(25), "b", 6) == {}, "a shop's device"
    later = on(24, *[use(f"y{n}", 7) for n in range(9)])
    assert near(later, "b", 9) == {"device_label_count_30d": 1}, (
        "what came later takes nothing back"
    )
    assert near(later, "y1", 9) == {}


def test_many_transfers_make_one_pair():
    data = dataset(
        transfer=[pay(d, "mule", "next") for d in range(1, 9)], label=[label("mule", 10)]
    )
    assert near(data, "next", 11) == {"from_label_count_30d": 1}


def test_a_card_reported_again_is_told_again_to_those_who_hold_it():
    leads = [lead("a", 5), lead("a", 60)]
    data = dataset(account=[account("a"), account("b")], lead=leads, transfer=[pay(1, "a", "x")])
    assert near(data, "a", 61) == {"own_lead_count_30d": 1}
    assert near(data, "b", 61) == {"holder_lead_count_30d": 1}
    assert near(data, "x", 61) == {}, "a pair is told once"
    assert of_account(data, "a", when(days=61))["own_lead_count_90d"] == 2


def test_a_notice_says_nothing_of_when_a_card_last_paid():
    data = dataset(transfer=[pay(1, "a", "b")], lead=[lead("a", 5)])
    assert of_account(data, "a", when(days=6))["since_last_s"] == 5 * 86_400
