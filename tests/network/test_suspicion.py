import pytest

from duanka.network.rules import rules_of
from duanka.network.suspicion import cleared, prior
from network.ring_room import REGIME, frame, hour, scores

RULES = rules_of(REGIME)


def label(card, at, implicated):
    return {
        "card_kind": "account",
        "card_id": card,
        "implicated": implicated,
        "known_at": hour(at),
        "source": "police",
    }


def lead(card, at):
    return {
        "lead_id": f"l{card}{at}",
        "issued_at": hour(at),
        "issuer_id": "z",
        "card_kind": "account",
        "card_id": card,
    }


def beliefs(labels=(), leads=(), told=None):
    frames = {"label": frame("label", list(labels)), "lead": frame("lead", list(leads))}
    found = prior(frames, scores=told, rules=RULES)
    return dict(zip(found["card_id"], found["belief"], strict=True))


def test_the_score_stands_where_nothing_else_is_known():
    assert beliefs(told=scores(a=0.4, s1=0.2, z=0.0)) == {"a": 0.4, "s1": 0.2}


def test_a_lead_lifts_a_low_score_and_leaves_a_high_one():
    assert beliefs(leads=[lead("a", 1), lead("b", 1)], told=scores(a=0.1, b=0.9)) == {
        "a": RULES.lead,
        "b": 0.9,
    }


@pytest.mark.parametrize(
    ("labels", "leads", "expect"),
    [
        ([label("a", 1, True)], [], {"a": 1.0}),
        ([label("a", 1, True), label("a", 2, False)], [], {}),
        ([label("a", 1, False), label("a", 2, True)], [], {"a": 1.0}),
        ([label("a", 2, True), label("a", 2, False)], [], {}),
        ([label("a", 5, False)], [lead("a", 1)], {}),
        ([label("a", 5, False)], [lead("a", 9)], {"a": RULES.lead}),
    ],
)
def test_the_last_word_about_a_card_counts_and_doubt_speaks_for_the_holder(labels, leads, expect):
    assert beliefs(labels, leads, scores(a=0.3)) == expect


def test_cleared_cards_are_those_whose_last_label_says_so():
    labels = frame("label", [label("a", 1, True), label("a", 2, False), label("b", 1, True)])
    assert cleared(labels)["card_id"].to_list() == ["a"]
    assert cleared(None).is_empty()
