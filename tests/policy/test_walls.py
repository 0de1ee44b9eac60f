"""A folder may change thresholds; it may not break a wall."""

import pytest

from duanka.errors import BadPolicy
from duanka.policy import dated
from duanka.policy.walls import WALLS

TABLE = """tables:
  {name}:
    label: {{zh: 表, en: table}}
    decides: {decides}
    card_kinds: [{kind}]
    hit: first
    reads: {{{reads}}}
    versions:
      - since: 2022-12-01
        reference: 本行规定
        mark: D
        rows:
{rows}
"""


def load_with(tmp_path, *rows, name, decides, kind, reads):
    lines = "\n".join(f"          - {row}" for row in rows)
    text = TABLE.format(name=name, decides=decides, kind=kind, reads=reads, rows=lines)
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return dated.load([tmp_path])


ANSWER = {"name": "intercept_transfer", "decides": "answer", "kind": "account"}
TIER = {
    "name": "sim_tiers",
    "decides": "tier",
    "kind": "sim",
    "reads": "implicated: bool, cleared: bool, victim: bool, enough_families: bool",
}
SIM = {
    "name": "sim_measures",
    "decides": "measure",
    "kind": "sim",
    "reads": "implicated: bool, victim: bool, tier: tier, reverification: [none, asked, passed, failed]",
}
CALM = "{when: {}, then: allow, because: nothing_found}"


def refused(tmp_path, *rows, told, **table):
    with pytest.raises(BadPolicy, match=told):
        load_with(tmp_path, *rows, **table)


def test_protected_payments_always_pass(tmp_path):
    rows = ("{when: {amount_fen: '>= 100'}, then: delay_settlement, because: score_high}",)
    protected = "{when: {protected: true}, then: allow, because: protected_payment}"
    reads = "protected: bool, amount_fen: fen"
    load_with(tmp_path, protected, *rows, CALM, reads=reads, **ANSWER)
    both = (*rows, protected, CALM)
    refused(tmp_path, *both, told="protected=True.*always pass", reads=reads, **ANSWER)
    refused(tmp_path, *rows, CALM, told="must read protected", reads="amount_fen: fen", **ANSWER)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("enough_families: false", "one family"),
        ("cleared: true", "a cleared card is normal"),
        ("victim: true, enough_families: true, cleared: false", "a victim is never high risk"),
    ],
)
def test_no_tier_against_the_walls(tmp_path, when, told):
    rows = (
        "{when: {implicated: true}, then: high_risk, because: implicated}",
        f"{{when: {{{when}}}, then: high_risk, because: score_high}}",
        "{when: {victim: true}, then: normal, because: looks_like_victim}",
        "{when: {cleared: true}, then: normal, because: cleared}",
        "{when: {enough_families: true}, then: normal, because: nothing_found}",
        "{when: {}, then: normal, because: nothing_found}",
    )
    refused(tmp_path, *rows, told=told, **TIER)


def test_a_sim_is_verified_again_before_it_is_limited(tmp_path):
    rows = (
        "{when: {implicated: true}, then: suspend, because: implicated}",
        "{when: {victim: true}, then: allow, because: looks_like_victim}",
        "{when: {tier: normal}, then: allow, because: nothing_found}",
        "{when: {reverification: passed}, then: allow, because: reverification_passed}",
    )
    harsh = "{when: {}, then: suspend, because: high_risk_card}"
    failed = "{when: {reverification: failed}, then: suspend, because: reverification_failed}"
    mild = "{when: {}, then: reverify_identity, because: high_risk_card}"
    load_with(tmp_path, *rows, failed, mild, **SIM)
    refused(tmp_path, *rows, harsh, told="verified again before", **SIM)


def test_nothing_is_done_to_a_normal_card_and_victims_are_not_restricted(tmp_path):
    police = "{when: {implicated: true}, then: suspend, because: implicated}"
    passed = "{when: {reverification: failed}, then: reverify_identity, because: high_risk_card}"
    rest = "{when: {tier: normal, victim: true}, then: allow, because: nothing_found}"
    refused(tmp_path, police, passed, rest, CALM, told="victim is protected", **SIM)
    refused(tmp_path, police, passed, rest, CALM, told="nothing is done to a normal", **SIM)


def test_every_wall_says_why():
    assert all(wall.reference and wall.only for wall in WALLS)
    assert {wall.decides for wall in WALLS} == {"tier", "measure", "answer", "advice"}


@pytest.mark.parametrize(
    ("name", "unit", "value", "told"),
    [
        ("sim_tiers.least_families", "family", "1", "must be at least 2"),
        ("sim_tiers.least_families", "family", "3", ""),
        ("sim_tiers.least_families", "words", "[two]", "is counted in family"),
        ("protected_payments.memo_kinds", "words", "[medical, utility]", "hold social_insurance"),
        ("protected_payments.memo_kinds", "flag", "true", "is counted in words"),
    ],
)
def test_no_value_against_the_walls(tmp_path, name, unit, value, told):
    text = f"""parameters:
  {name}:
    label: {{zh: 值, en: value}}
    unit: {unit}
    versions: [{{since: 2016-01-01, value: {value}, reference: 本行规定, mark: D}}]
"""
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    if told:
        with pytest.raises(BadPolicy, match=rf"own.yaml:\d {name}: .*{told}"):
            dated.load([tmp_path])
    else:
        assert dated.load([tmp_path]).parameters[name][0].value == 3


@pytest.mark.parametrize(
    ("reads", "decides", "told"),
    [
        ("protected: bool, payer_age: int", "answer", "cannot read payer_age"),
        ("protected: int", "answer", "cannot read protected"),
        ("protected: bool", "measure", "decides is answer"),
    ],
)
def test_a_later_table_decides_the_same_from_the_same_facts(tmp_path, reads, decides, told):
    table = ANSWER | {"decides": decides, "reads": reads}
    refused(tmp_path, CALM, told=told, **table)
