import pytest

from duanka.policy import dated, examples

OWN = """parameters:
  appeals.answer_within_days:
    label: {zh: 申诉答复天数, en: Days to answer}
    unit: day
    versions: [{since: 2016-01-01, value: 2, reference: 本行规定, mark: D}]
"""
GOOD = "- {name: 两天内答复, day: 2023-06-01, expect: {appeals.answer_within_days: 2}}\n"


@pytest.fixture(scope="module")
def policy():
    return dated.load()


def ran(tmp_path, text, own=""):
    (tmp_path / "examples").mkdir()
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    (tmp_path / "examples" / "own.yaml").write_text(text, encoding="utf-8")
    return examples.run(dated.load([tmp_path]), dated.examples([tmp_path]))


def test_the_national_default_does_what_its_examples_say(policy):
    national = examples.run(policy, dated.examples())
    assert national.faults == ()
    assert national.skipped == 0
    assert national.passed > 100


def test_every_row_and_value_needs_an_example(policy):
    nothing = examples.run(policy, [])
    rows = sum(len(one.table.rows) for found in policy.tables.values() for one in found)
    values = sum(len(found) for found in policy.parameters.values())
    assert len(nothing.faults) == rows + values


# why somebody is asked to be verified again, or a unit is inspected: a flow, no row of a table
OF_THE_CASES = {
    "reverification_no_answer",
    "clean_up",
    "linked_to_implicated",
    "inspection_by_risk",
}


def test_every_reason_is_given_by_some_row(policy):
    versions = [one for found in policy.tables.values() for one in found]
    given = {row.because for one in versions for row in one.table.rows}
    assert given | OF_THE_CASES == set(policy.reasons)
    assert not given & OF_THE_CASES


def test_a_replaced_entry_brings_its_own_example(tmp_path):
    found = ran(tmp_path, GOOD, OWN)
    assert found.faults == ()
    assert found.skipped == 1


def test_a_replaced_entry_without_example_is_told(tmp_path):
    found = ran(tmp_path, "[]", OWN)
    assert any("appeals.answer_within_days: no example hits" in fault for fault in found.faults)


@pytest.mark.parametrize(
    ("example", "told"),
    [
        (GOOD.replace("2}}", "3}}"), "expected appeals.answer_within_days to be 3, but it is 2"),
        (GOOD.replace("answer_within", "anwser_within"), "is no parameter"),
        (GOOD.replace("2023-06-01", "June"), "day must be a day"),
        (GOOD.replace("name: 两天内答复, ", ""), "name is missing"),
        (
            (
                "- {name: n, day: 2023-06-01, table: sim_tiers, given: {band: low}, "
                "expect: {tier: normal, because: nothing_found}}"
            ),
            "column implicated is missing",
        ),
        (
            (
                "- {name: n, day: 2023-06-01, table: intercept_timeout, "
                "given: {event_kind: call, protected: false, amount_fen: 0, age: 70}, "
                "expect: {answer: allow, because: timed_out}}"
            ),
            "does not read age",
        ),
        (
            (
                "- {name: n, day: 2023-06-01, table: intercept_timeout, "
                "given: {event_kind: call, protected: false, amount_fen: 0}, "
                "expect: {answer: suspend, because: timed_out}}"
            ),
            "expected suspend because timed_out, but the table says allow because timed_out",
        ),
    ],
)
def test_an_example_that_does_not_come_out_is_told_with_its_line(tmp_path, example, told):
    found = ran(tmp_path, example, OWN)
    assert any(told in fault and fault.startswith("own.yaml:1") for fault in found.faults)
