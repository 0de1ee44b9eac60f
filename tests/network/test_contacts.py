from duanka.network import contacts, payments
from duanka.network.resolve import register
from duanka.network.rules import rules_of
from network.ring_room import REGIME, account, called, frame, hour, paid, sim
from network.test_sightings import seeds

RULES = rules_of(REGIME)
HELD = register(
    {
        "account": frame("account", [account("a", "A"), account("v", "V", sim_id="sb")]),
        "sim": frame("sim", [sim("sa", "A"), sim("sv", "V"), sim("sb", "V2")]),
    }
)


def message(n, at, sender, receiver, kind="personal"):
    return {
        "message_id": n,
        "at": hour(at),
        "sender_id": sender,
        "receiver_id": receiver,
        "message_kind": kind,
    }


def ends(found):
    return {(r["left_id"], r["right_id"], r["relation"], r["count"]) for r in found.to_dicts()}


def test_calls_and_personal_messages_are_talk_codes_are_not():
    frames = {
        "call": frame("call", [called("1", 1, "x", "y"), called("2", 2, "x", "x")]),
        "message": frame("message", [message("m", 1, "x", "y"), message("n", 1, "x", "y", "code")]),
    }
    talk = contacts.spoken(frames, since=hour(0)).collect()
    assert sorted(talk["relation"]) == ["called", "wrote_to"]
    assert contacts.spoken({}, since=hour(0)).collect().is_empty()


def test_who_speaks_to_a_suspects_holder_is_told_with_all_they_speak_to():
    frames = {"call": frame("call", [called("1", 1, "r", "sa"), called("2", 2, "r", "sa"), called("3", 3, "r", "sz"),
                                     called("4", 4, "q", "sz")])}  # fmt: skip
    talk = contacts.spoken(frames, since=hour(0))
    found = contacts.courted(talk, HELD, seeds("a"))
    assert ends(found) == {("sa", "r", "called", 2), ("sz", "r", "called", 1)}


def test_a_call_then_a_payment_ties_caller_and_payee_and_not_the_victim():
    frames = {
        "call": frame(
            "call",
            [called("1", 1, "sx", "sv"), called("2", 9, "sx", "sb"), called("3", 30, "sx", "sv")],
        ),
        "transfer": frame("transfer", [paid("p", 10, "v", "a")]),
    }
    money = payments.moved(frames, since=hour(0))
    talk = contacts.spoken(frames, since=hour(0))
    found = contacts.before_payments(talk, money, HELD, seeds("a", "sx"), rules=RULES)
    assert ends(found) == {("sx", "a", "called_before", 1)}
    assert found["first_at"].to_list() == [hour(1)]
    assert found["last_at"].to_list() == [hour(10)]
    late = frame("transfer", [paid("p", 60, "v", "a")])
    none = contacts.before_payments(
        talk, payments.moved({"transfer": late}, since=hour(0)), HELD, seeds("a", "sx"), rules=RULES
    )
    assert none.is_empty()
