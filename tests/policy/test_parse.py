"""One valid entry of each kind, broken in every way that must not load in silence."""

import copy

import pytest
import yaml

from duanka.policy import parse, source

GOOD = yaml.safe_load("""
parameters:
  x.days:
    label: {zh: 天, en: days}
    unit: day
    versions:
      - {since: 2016-01-01, until: 2022-12-01, value: 3, reference: r, mark: D}
      - {since: 2022-12-01, value: 5, reference: r, mark: V}
measures:
  allow: &m
    label: {zh: 放行, en: allow}
    authority: system
    mildness: 0
    protected_payments_pass: true
    review: none
    term: x.days
    versions: [{since: 2016-01-01, articles: {account: a}, reference: r, mark: D}]
reasons:
  why: {label: {zh: 因, en: why}, fact: true}
tables:
  t:
    label: {zh: 表, en: table}
    decides: measure
    card_kinds: [account]
    hit: first
    reads: {implicated: bool, victim: bool, tier: tier}
    versions:
      - since: 2016-01-01
        reference: r
        mark: D
        rows:
          - {when: {implicated: true, victim: true, tier: high_risk}, then: allow, because: why}
          - {when: {}, then: allow, because: why}
""")


def faults_of(change=lambda entries: None):
    entries = copy.deepcopy(GOOD)
    change(entries)
    faults = []
    parse.parse(
        source.entries({"a.yaml": yaml.safe_dump(entries, allow_unicode=True)}, faults), faults
    )
    return faults


def put(path, value):
    def change(entries):
        *way, last = path
        for step in way:
            entries = entries[step]
        if value is None:
            del entries[last]
        else:
            entries[last] = value

    return change


def test_what_is_whole_loads():
    assert faults_of() == []


VALUE = ("parameters", "x.days", "versions", 0)
TABLE = ("tables", "t")
MEASURE = ("measures", "allow")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ((*VALUE, "reference"), None, "reference is missing"),
        ((*VALUE, "mark"), None, "mark is missing"),
        ((*VALUE, "mark"), "X", "mark must be one of"),
        ((*VALUE, "since"), "2016", "since must be a day"),
        ((*VALUE, "until"), None, "overlaps the version before it"),
        ((*VALUE, "value"), 2.5, "2.5 is no day"),
        ((*VALUE, "value"), True, "True is no day"),
        ((*VALUE, "value"), "3", "'3' is no day"),
        ((*VALUE, "valeu"), 3, "unknown valeu"),
        ((*VALUE, "mark"), ["V"], "mark must be text"),
        ((*VALUE, "reference"), {"law": 1}, "reference must be text"),
        ((*TABLE, "hit"), {"first": 1}, "hit must be text"),
        ((*TABLE, "card_kinds"), [{"sim": 1}], "card_kinds must be"),
        (("parameters", "x.days", "label", "en"), None, "en is missing"),
        (("parameters", "x.days", "label"), "天", "label must have zh and en"),
        (("parameters", "x.days", "unit"), "dayz", "unknown unit dayz"),
        (("parameters", "x.days", "versions"), [], "versions must be a list"),
        ((*MEASURE, "authority"), "police", "police measures, and only they"),
        ((*MEASURE, "authority"), "king", "authority must be one of"),
        ((*MEASURE, "protected_payments_pass"), False, "protected payments pass under every"),
        ((*MEASURE, "review"), "robot", "review must be person or none"),
        ((*MEASURE, "term"), "y.days", "its term y.days is no parameter"),
        ((*MEASURE, "mildness"), "low", "mildness must be a whole number"),
        ((*MEASURE, "versions", 0, "articles"), {"card": "a"}, "articles must name"),
        ((*MEASURE, "versions", 0, "articles"), {"sim": "a"}, "allow has no article for account"),
        ((*MEASURE, "versions", 0, "until"), "2020-01-01", "until must be a day"),
        (("reasons", "why", "fact"), "yes", "fact must be true or false"),
        (("reasons", "why"), None, "because why is no reason"),
        ((*TABLE, "decides"), "fate", "decides must be one of"),
        ((*TABLE, "hit"), "last", "hit must be first or unique"),
        ((*TABLE, "card_kinds"), ["card"], "card_kinds must be"),
        ((*TABLE, "reads", "age"), "int", "reads age, which no row asks about"),
        ((*TABLE, "reads", "age"), "years", "column age cannot be years"),
        ((*TABLE, "versions", 0, "rows", 1, "when"), {"tier": "normal"}, "no row answers"),
        ((*TABLE, "versions", 0, "rows", 0, "when"), {}, "this row can never fire"),
        ((*TABLE, "versions", 0, "rows", 1, "then"), "suspend", "suspend has no article"),
        ((*TABLE, "versions", 0, "rows", 1, "then"), "suspend", "a victim is protected"),
        ((*TABLE, "versions", 0, "rows", 1, "then"), "stop_payment", "measure of the police"),
    ],
)
def test_what_is_broken_is_refused_with_file_line_and_entry(path, value, told):
    faults = faults_of(put(path, value))
    assert any(told in fault for fault in faults), faults
    assert all(fault.startswith("a.yaml:") for fault in faults)


def test_a_measure_must_be_lawful_on_every_day_of_the_table():
    def change(entries):
        entries["measures"]["allow"]["versions"] = [
            {
                "since": yaml.safe_load("2018-01-01"),
                "articles": {"account": "a"},
                "reference": "r",
                "mark": "D",
            }
        ]

    assert any(
        "allow has no article for account cards on 2016-01-01" in f for f in faults_of(change)
    )


@pytest.mark.parametrize(
    ("unit", "given", "value"),
    [
        ("day", 3, 3),
        ("share", 1, 1.0),
        ("share", 1.2, None),
        ("ratio", 1.2, 1.2),
        ("flag", False, False),
        ("flag", 0, None),
        ("word", "a", "a"),
        ("words", ["a", "b"], ("a", "b")),
        ("words", ["a", True], None),
        ("fen", -1, None),
        ("share", float("nan"), None),
    ],
)
def test_a_value_is_typed_by_its_unit(unit, given, value):
    assert parse.typed(unit, given) == value
    assert type(parse.typed(unit, given)) is type(value)
