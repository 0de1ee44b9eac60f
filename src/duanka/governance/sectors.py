"""Which sector answers for a unit: the ladders differ for banks, payment institutions and telecom."""

from __future__ import annotations

import polars as pl

from duanka import tables

SECTORS = {"bank": "bank", "payment": "payment", "operator": "telecom", "mvno": "telecom"}
_COLUMNS = {"institution": "institution_id", "outlet": "outlet_id", "staff": "staff_id"}


def sectors(
    attributed: pl.DataFrame, institution: pl.DataFrame | None
) -> dict[str, dict[str, str]]:
    """The sector of each unit by its kind: bank, payment or telecom; a region is of none and left out.

    By the kind of its institution, or, where that is not told, by the cards that it opens.
    """
    kinds = tables.empty("institution") if institution is None else institution
    kinds = kinds.select(
        pl.col("institution_id").alias("of"), pl.col("institution_kind").cast(pl.String)
    ).unique("of", keep="first", maintain_order=True)
    told = pl.col("institution_kind").replace_strict(SECTORS, default=None, return_dtype=pl.String)
    by_card = (
        pl.when(pl.col("card_kind") == "sim")
        .then(pl.lit("telecom"))
        .when(pl.col("card_class") == "payment")
        .then(pl.lit("payment"))
        .otherwise(pl.lit("bank"))
    )
    out = {}
    for unit_kind, column in _COLUMNS.items():
        owned = attributed.select(
            pl.col(column).alias("unit"),
            pl.col("institution_id").alias("of"),
            "card_kind",
            "card_class",
        ).filter(pl.col("unit").is_not_null())
        rows = owned.group_by("unit", "of", "card_kind", "card_class").len()
        rows = rows.join(kinds, on="of", how="left").with_columns(sector=pl.coalesce(told, by_card))
        most = rows.group_by("unit", "sector").agg(pl.col("len").sum())
        most = most.sort("unit", "len", "sector", descending=[False, True, False])
        chosen = most.unique("unit", keep="first", maintain_order=True)
        out[unit_kind] = dict(chosen.select("unit", "sector").iter_rows())
    return out
