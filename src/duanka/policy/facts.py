"""Facts as the decisions want them: optional columns filled, the rest checked, the words of an answer looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.policy.table import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.policy.dated import Regime

WORDS = pl.List(pl.String)
FLAG, COUNT, SHARE, TEXT = pl.Boolean(), pl.Int64(), pl.Float64(), pl.String()


def prepared(
    facts: pl.DataFrame,
    needed: Mapping[str, pl.DataType],
    defaults: Mapping[str, object],
    *,
    what: str,
) -> pl.DataFrame:
    """The facts with every needed column typed and every optional one filled; other columns are dropped.

    Raises: BadInput if a needed column is missing or empty, or a score is no probability.
    """
    missing = [name for name in needed if name not in facts.columns]
    if missing:
        raise BadInput(
            f"column {missing[0]} is missing", where=what, fix=f"give {', '.join(needed)}"
        )
    given = [pl.col(name).cast(kind) for name, kind in needed.items()]
    filled = [_optional(facts, name, default) for name, default in defaults.items()]
    try:
        typed = facts.select(*given, *filled)
    except pl.exceptions.PolarsError as error:
        first = str(error).splitlines()[0]
        raise BadInput(
            f"a column has the wrong type: {first}", where=what, fix="see docs/policy"
        ) from None
    lists = [name for name, kind in needed.items() if kind == WORDS]
    typed = typed.with_columns(pl.col(name).fill_null([]) for name in lists)
    for name in needed:
        if typed[name].null_count():
            raise BadInput(
                f"column {name} has empty values", where=what, fix="give one for every row"
            )
    if "score" in needed and not typed["score"].is_between(0, 1).all():
        raise BadInput(
            "a score is not between 0 and 1", where=what, fix="give calibrated probabilities"
        )
    return typed


def _optional(facts: pl.DataFrame, name: str, default: object) -> pl.Expr:
    kind = {bool: FLAG, int: COUNT, str: TEXT}[type(default)]
    if name not in facts.columns:
        return pl.lit(default, dtype=kind).alias(name)
    return pl.col(name).cast(kind).fill_null(pl.lit(default, dtype=kind))


def enough_families(regime: Regime, parameter: str) -> pl.Expr:
    """Whether as many different families of signals speak as the parameter asks for."""
    least = int(regime.number(parameter))
    return pl.col("families").list.n_unique() >= least


def outcome(frame: pl.DataFrame, regime: Regime, table: str) -> pl.DataFrame:
    """What the table says of each row: then, because, basis, note, fact (whether `because` is one)."""
    said = evaluate(regime.table(table), frame)
    facts = [name for name, reason in regime.policy.reasons.items() if reason.fact]
    return said.drop("row").with_columns(pl.col("because").is_in(facts).alias("fact"))


def law(then: Sequence[str], regime: Regime, card_kind: str) -> pl.DataFrame:
    """Article, authority, review and term of each measure on the day for the card kind; one row a measure."""
    records = [regime.measure(name) for name in then]
    rows = [
        (
            m.name,
            m.articles.get(card_kind),
            m.authority,
            m.review,
            regime.expires_days(m.name),
            m.protected_payments_pass,
        )
        for m in records
    ]
    names = ("then", "article", "authority", "review", "expires_days", "protected_payments")
    kinds = (TEXT, TEXT, TEXT, TEXT, pl.Int32(), FLAG)
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def justified(said: pl.DataFrame, regime: Regime, card_kind: str) -> pl.DataFrame:
    """What the table said with the law beside it: legal_basis, authority, review, expires_days, protected_payments.

    A row's own basis goes before the measure's article; `allow` has none.
    """
    measures = law(said["then"].unique().sort().to_list(), regime, card_kind)
    basis = pl.coalesce("basis", "article")
    return said.join(measures, on="then", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("then") == "allow").then(None).otherwise(basis).alias("legal_basis")
    )


def reasons(given: pl.Expr, *leading: pl.Expr) -> pl.Expr:
    """The reason codes, those that lead first, each once, nulls left out."""
    parts = [pl.concat_list(expression).list.drop_nulls() for expression in leading]
    return pl.concat_list(*parts, given).list.unique(maintain_order=True)
