from collections import Counter

from door_room import label, transfer
from duanka.intercept import standing
from duanka.intercept.answers import Answer, Refused, Taken


def answer(**more):
    told = dict.fromkeys(("event_id", "because", "authority", "review", "next_zh", "next_en"), "x")
    told |= {"event_kind": "transfer", "answer": "allow", "score": 0.1, "reasons": ()}
    return Answer(**told, legal_basis=None, **more)


def test_everything_is_counted_once_by_what_became_of_it():
    events = [transfer(1), transfer(2), transfer(3), label("b1", 4), transfer(5)]
    said = [
        answer(), answer(late=True), answer(duplicate=True), Taken("label", "x"),
        Refused("x", "why", "what to do"),
    ]  # fmt: skip
    counters = Counter()
    standing.count(counters, events, said)
    assert counters == {
        "taken.transfer": 2, "answer.transfer.allow": 2, "late": 1, "duplicate": 1,
        "taken.label": 1, "refused": 1,
    }  # fmt: skip
