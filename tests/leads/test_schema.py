import jsonschema
import pytest

from duanka import tables
from duanka.leads.schema import ANSWERED_BY, EVENT, FEEDBACK, LEAD, OUTCOMES, SHAPES


@pytest.mark.parametrize("schema", [EVENT, *SHAPES.values()])
def test_schemas_are_schemas(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_lead_has_the_columns_of_the_contract():
    columns = {c.name: c for c in tables.columns("lead")}
    assert set(columns) <= set(LEAD["properties"])
    assert {n for n, c in columns.items() if c.required} == set(LEAD["required"])
    for name in ("card_kind", "requested_measure"):
        assert LEAD["properties"][name]["enum"] == list(columns[name].words)


def test_feedback_says_one_of_the_outcomes():
    assert FEEDBACK["properties"]["outcome"]["enum"] == list(OUTCOMES)


def test_each_kind_is_sent_or_an_answer():
    assert set(ANSWERED_BY) | set(ANSWERED_BY.values()) == set(SHAPES)
