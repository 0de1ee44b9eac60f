"""Layouts as data."""

from pathlib import Path

import pytest
import yaml

from duanka.errors import BadInput
from duanka.tables import columns, layout

SHIPPED = sorted((Path(layout.__file__).parent / "layouts").glob("*.yaml"))
GOOD = {
    "zh": "例",
    "en": "example",
    "sources": [
        {
            "name": "one",
            "headings": ["a"],
            "side": {"from": "d", "out": ["O"], "in": ["I"]},
            "values": {"own": {"from": "a", "as": "account"}},
            "rows": [
                {
                    "table": "transfer",
                    "columns": {
                        "payer_id": {"out": "own", "in": None},
                        "payee_id": {"from": ["b"]},
                    },
                }
            ],
        }
    ],
}


def parse(told):
    return layout.parse(yaml.safe_dump(told, allow_unicode=True), "example")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_layout_parses_and_gives_every_required_column(path):
    told = layout.parse(path.read_text(encoding="utf-8"), path.stem)
    assert any(source.rows for source in told.sources)
    for source in told.sources:
        assert bool(source.rows) != bool(source.unused)
        for rows in source.rows:
            required = {c.name for c in columns(rows.table) if c.required}
            assert required <= set(rows.columns), (source.name, rows.table)
        told_by = [s.name for s in told.sources if set(s.headings) <= set(source.headings)]
        assert told_by == [source.name]


def test_only_made_up_identifiers_go_undigested():
    digested = {
        path.stem: layout.parse(path.read_text(encoding="utf-8"), path.stem).digested
        for path in SHIPPED
    }
    assert [name for name, yes in digested.items() if not yes] == ["amlgentex", "amlsim"]


def test_sides_and_named_values():
    (source,) = parse(GOOD).sources
    (rows,) = source.rows
    assert rows.columns["payer_id"].out[0].means == "account"
    assert rows.columns["payer_id"].in_ == ()
    assert rows.columns["payee_id"].out == rows.columns["payee_id"].in_


def changed(**source):
    return {**GOOD, "sources": [{**GOOD["sources"][0], **source}]}


def with_column(value, name="payer_id", table="transfer"):
    return changed(rows=[{"table": table, "columns": {name: value}}])


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({**GOOD, "sourcs": []}, "unknown keys: sourcs"),
        ({"en": "x"}, "lacks zh"),
        ({**GOOD, "form": "edifact"}, "unknown form"),
        (changed(heading=[]), "unknown keys: heading"),
        (with_column({"form": "a"}), "unknown keys: form"),
        (with_column({"from": "a", "as": "magic"}), "as: magic"),
        (with_column({"as": "text"}), "neither `from` nor `const`"),
        (with_column("stranger"), "stranger"),
        (with_column({"from": "a"}, name="payer"), "columns the contract has not: payer"),
        (with_column({"from": "a"}, table="score"), "not a table of the contract"),
        ([], "not a mapping"),
    ],
)
def test_a_fault_in_a_layout_is_told_with_its_place(told, what):
    with pytest.raises(BadInput, match="layout example") as error:
        parse(told)
    assert what in str(error.value)


def test_what_is_no_yaml_is_told():
    with pytest.raises(BadInput, match="is not YAML"):
        layout.parse("a: [", "example")
