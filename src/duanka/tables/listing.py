"""A proposal about a unit."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, text, word
from duanka.tables.words import LISTINGS


class Listing(dy.Schema):
    """A proposal about a unit.

    对一个单位的建议。
    """

    unit_kind = word(
        "单位类别", "kind of unit", ("institution", "outlet", "staff", "region"), "key"
    )
    unit_id = identity("单位编号", "unit", "key")
    period = text("期间", "month, YYYY-MM", "key")
    listing = word("建议", "proposal", LISTINGS, "*")
    because = text("理由", "why", "*")
    legal_basis = text("依据", "legal basis")
