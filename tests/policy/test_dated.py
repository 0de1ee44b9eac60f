from datetime import date

import pytest

from duanka.errors import BadPolicy
from duanka.policy import dated

OWN = """parameters:
  appeals.answer_within_days:
    label: {zh: 申诉答复天数, en: Days to answer}
    unit: day
    versions: [{since: 2020-01-01, value: 2, reference: 本行规定, mark: D}]
"""


@pytest.fixture(scope="module")
def policy():
    return dated.load()


def test_history_is_judged_by_its_own_law(policy):
    assert policy.at(date(2018, 6, 1))["discipline.no_new_account_years"] == 3
    assert policy.at(date(2021, 10, 11))["discipline.no_new_account_years"] == 5
    before, after = policy.at(date(2022, 11, 30)), policy.at(date(2022, 12, 1))
    names = [{m.name for m in regime.measures("account")} for regime in (before, after)]
    assert names[1] - names[0] == {"delay_settlement", "unfreeze", "return_funds"}


def test_the_years_that_turn(policy):
    years = {day.year for day in policy.turning_days()}
    assert {2016, 2019, 2021, 2022, 2024, 2025} <= years


def test_a_parameter_is_a_whole_record(policy):
    one = policy.at(date(2023, 6, 1)).parameter("leads.stop_payment_hours")
    assert (one.value, one.unit, one.mark, one.verified) == (48, "hour", "S", False)
    assert one.label.zh
    assert one.label.en
    assert one.reference


@pytest.mark.parametrize(
    ("day", "name", "told"),
    [
        (date(2023, 1, 1), "appeals.never_heard_of", "is no parameter"),
        (date(2020, 1, 1), "discipline.ends_by_itself", "is not in force on 2020-01-01"),
        (date(1999, 1, 1), "account_tiers.high_risk_score", "is not in force"),
    ],
)
def test_what_is_not_in_force_is_refused_with_day_and_advice(policy, day, name, told):
    with pytest.raises(BadPolicy, match=told) as refused:
        policy.at(day)[name]
    assert str(day) in str(refused.value)
    assert "what to do" in str(refused.value)


def test_typed_getters(policy):
    regime = policy.at(date(2023, 1, 1))
    assert regime.number("account_tiers.high_risk_score") == 0.5
    assert "salary" in regime.words("protected_payments.memo_kinds")
    assert regime.has("appeals.lift_at_once")
    assert not policy.at(date(2020, 1, 1)).has("appeals.lift_at_once")
    with pytest.raises(BadPolicy, match="is not a number"):
        regime.number("appeals.lift_at_once")
    with pytest.raises(BadPolicy, match="is not a list"):
        regime.words("leads.stop_payment_hours")


def test_measures_come_mildest_first_and_end_by_themselves(policy):
    regime = policy.at(date(2023, 1, 1))
    mildness = [m.mildness for m in regime.measures("account")]
    assert mildness == sorted(mildness)
    assert regime.expires_days("allow") is None
    for name in ("verify_transaction", "reverify_identity", "restrict", "suspend"):
        assert regime.expires_days(name) > 0


def test_a_later_folder_replaces_whole_entries(policy, tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    mine = dated.load([tmp_path])
    assert mine.at(date(2023, 1, 1))["appeals.answer_within_days"] == 2
    assert not mine.at(date(2019, 1, 1)).has("appeals.answer_within_days")
    assert mine.version != policy.version
    assert mine.owners["appeals.answer_within_days"] == 1
    assert len(mine.parameters) == len(policy.parameters)


def test_the_version_is_stable(policy):
    assert dated.load().version == policy.version
    assert len(policy.version) == 12


def test_all_faults_come_at_once(tmp_path):
    (tmp_path / "a.yaml").write_text(OWN.replace("day\n", "dayz\n"), encoding="utf-8")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.yaml").write_text("on: 1\n", encoding="utf-8")
    with pytest.raises(BadPolicy) as refused:
        dated.load([tmp_path, tmp_path / "absent"])
    for told in ("a.yaml:2", "b.yaml:1", "c.yaml:1", "absent: is not a folder"):
        assert told in str(refused.value)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8-sig")
    assert dated.load([tmp_path]).owners["appeals.answer_within_days"] == 1


def test_examples_must_be_lists(tmp_path):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "bad.yaml").write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(BadPolicy, match="examples are a list"):
        dated.examples([tmp_path])
