from features_room import asker, dataset, when


def opening(hour, applicant, **more):
    return {"at": when(hours=hour), "card_kind": "sim", "applicant_id": applicant, "outlet_id": "o",
            "outcome": "opened", **more}  # fmt: skip


def account(name, day):
    return {"account_id": name, "account_kind": "class_1", "holder_id": "p", "institution_id": "i",
            "outlet_id": "o", "staff_id": "w", "opened_at": when(days=day)}  # fmt: skip


def test_applications_are_told_to_everybody_who_took_part():
    rows = [opening(0, "p", companion_id="c", terminal_id="k", staff_id="w"), opening(1, "q")]
    told = asker(dataset(opening=rows)).streams.applications
    assert [e.at.size for e in (told.applicants, told.companions, told.terminals, told.staff)] == [
        2,
        1,
        1,
        1,
    ]


def test_a_notice_is_told_to_holder_outlet_and_staff_once_the_card_is_registered():
    leads = [{"issued_at": when(days=d), "issuer_id": "i", "card_kind": "account", "card_id": c}
             for d, c in ((2, "late"), (3, "a"), (4, "nobodys"))]  # fmt: skip
    a = asker(dataset(account=[account("a", 0), account("late", 5)], lead=leads))
    told = a.streams.applications
    day = 86_400_000_000
    for events in (told.holder_notices, told.outlet_notices, told.staff_notices):
        assert ((events.at - a.records.accounts.since.max()) // day).tolist() == [-2, 0]
        assert (events.known_at == events.at).all()
