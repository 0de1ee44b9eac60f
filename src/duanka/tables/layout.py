"""A foreign layout, as data: which headings tell it, and what of it becomes which of our columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from duanka.errors import BadInput
from duanka.tables import INPUTS, columns
from duanka.tables.means import KEYED, PLAIN, UNNAMED

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMS = ("files", "pacs008")
_SOURCE_MAY = {"rows", "side", "pair", "alias", "unused", "values"}


@dataclass(frozen=True)
class Value:
    """One way to come by a value; of several ways the first that gives one counts.

    Columns: `headings` of which the first that is not empty counts; `means` how it is read;
        `words` foreign word to ours, `*` for any other, where an unlisted word is a fault;
        `when` a heading and `among` its words, without which this way is not gone.
    """

    headings: tuple[str, ...] = ()
    means: str = "text"
    words: Mapping[str, str] | None = None
    const: str | None = None
    prefix: str = ""
    when: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """The ways to come by a column: for entries that went out of the own side, and that came in."""

    out: tuple[Value, ...]
    in_: tuple[Value, ...]


@dataclass(frozen=True)
class Only:
    """Which entries become rows: those with a word under a heading, of a side, or with a valid id."""

    heading: str = ""
    among: tuple[str, ...] = ()
    side: str = ""
    valid: str = ""


@dataclass(frozen=True)
class Rows:
    """What becomes rows of one of our tables."""

    table: str
    columns: Mapping[str, Column]
    only: Only = Only()


@dataclass(frozen=True)
class Side:
    """Which words under a heading say that an entry went out, and which that it came in."""

    heading: str
    out: tuple[str, ...]
    in_: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A sheet or file of the layout, told by headings that it alone has together."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Rows, ...] = ()
    side: Side | None = None
    pair: bool = False
    alias: tuple[Value, Value] | None = None
    """Two names of one card: the first is read as the second wherever it stands for one card only."""
    unused: str = ""


@dataclass(frozen=True)
class Layout:
    """A foreign layout. `digested` is false only for sets whose identifiers are made up."""

    name: str
    zh: str
    en: str
    form: str
    digested: bool
    sources: tuple[Source, ...]


def parse(text: str, name: str) -> Layout:
    """The layout that a YAML text tells.

    Raises: BadInput if a key, a table, a column or a way of reading is not known.
    """
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _bad(name, f"is not YAML: {str(error).splitlines()[0]}") from error
    top = _keys(told, name, {"zh", "en"}, {"form", "digested", "sources"})
    form = top.get("form", "files")
    if form not in FORMS:
        raise _bad(name, f"has an unknown form {form!r}; known are {', '.join(FORMS)}")
    sources = tuple(
        _source(source, f"{name}, source {index}")
        for index, source in enumerate(_list(top.get("sources")), start=1)
    )
    return Layout(name, top["zh"], top["en"], form, bool(top.get("digested", True)), sources)


def _source(told: Any, where: str) -> Source:
    given = _keys(told, where, {"name", "headings"}, _SOURCE_MAY)
    values = {
        key: _ways(value, f"{where}, value {key}")
        for key, value in (given.get("values") or {}).items()
    }
    side = None
    if "side" in given:
        parts = _keys(given["side"], f"{where}, side", {"from", "out", "in"}, set())
        side = Side(parts["from"], _words(parts["out"]), _words(parts["in"]))
    rows = tuple(_rows(rows, values, where) for rows in _list(given.get("rows")))
    return Source(
        name=given["name"],
        headings=_words(given["headings"]),
        rows=rows,
        side=side,
        pair=bool(given.get("pair", False)),
        alias=_alias(given["alias"], f"{where}, alias") if "alias" in given else None,
        unused=given.get("unused", ""),
    )


def _alias(told: Any, where: str) -> tuple[Value, Value]:
    given = _keys(told, where, {"from", "to"}, set())
    return _value(given["from"], where), _value(given["to"], where)


def _rows(told: Any, values: Mapping[str, tuple[Value, ...]], where: str) -> Rows:
    given = _keys(told, where, {"table", "columns"}, {"only"})
    table = given["table"]
    where = f"{where}, table {table}"
    if table not in INPUTS:
        raise _bad(where, "is not a table of the contract")
    known = {info.name for info in columns(table)}
    strange = sorted(set(given["columns"]) - known)
    if strange:
        raise _bad(where, f"names columns the contract has not: {', '.join(strange)}")
    mapped = {
        name: _column(value, values, f"{where}, column {name}")
        for name, value in given["columns"].items()
    }
    only = _keys(given.get("only") or {}, where, set(), {"from", "among", "side", "valid"})
    return Rows(
        table,
        mapped,
        Only(
            only.get("from", ""),
            _words(only.get("among")),
            only.get("side", ""),
            only.get("valid", ""),
        ),
    )


def _column(told: Any, values: Mapping[str, tuple[Value, ...]], where: str) -> Column:
    if isinstance(told, dict) and ("out" in told or "in" in told):
        sides = _keys(told, where, {"out", "in"}, set())
        return Column(*(_named(sides[side], values, where) for side in ("out", "in")))
    ways = _named(told, values, where)
    return Column(ways, ways)


def _named(told: Any, values: Mapping[str, tuple[Value, ...]], where: str) -> tuple[Value, ...]:
    if told is None:
        return ()
    if isinstance(told, str):
        if told not in values:
            raise _bad(where, f"asks for value {told!r}, which the source does not name")
        return values[told]
    return _ways(told, where)


def _ways(told: Any, where: str) -> tuple[Value, ...]:
    return tuple(_value(value, where) for value in _list(told))


def _value(told: Any, where: str) -> Value:
    optional = {"from", "as", "words", "const", "prefix", "when", "among"}
    given = _keys(told, where, set(), optional)
    means = given.get("as", "text")
    if means not in {*PLAIN, *KEYED, *UNNAMED}:
        raise _bad(where, f"reads `as: {means}`, which is not known")
    if not given.get("from") and "const" not in given and means not in UNNAMED:
        raise _bad(where, "has neither `from` nor `const`")
    words = given.get("words")
    return Value(
        headings=_words(given.get("from")),
        means=means,
        words={str(key): str(word) for key, word in words.items()} if words else None,
        const=None if given.get("const") is None else str(given["const"]),
        prefix=given.get("prefix", ""),
        when=given.get("when", ""),
        among=_words(given.get("among")),
    )


def _keys(told: Any, where: str, needed: set[str], optional: set[str]) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise _bad(where, "is not a mapping")
    strange = sorted(str(key) for key in set(told) - needed - optional)
    if strange:
        raise _bad(where, f"has unknown keys: {', '.join(strange)}")
    if lacking := sorted(needed - set(told)):
        raise _bad(where, f"lacks {', '.join(lacking)}")
    return told


def _list(told: Any) -> list[Any]:
    if told is None:
        return []
    return told if isinstance(told, list) else [told]


def _words(told: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in _list(told))


def _bad(where: str, what: str) -> BadInput:
    return BadInput(f"layout {where} {what}", fix="see tables/layouts for worked layouts")
