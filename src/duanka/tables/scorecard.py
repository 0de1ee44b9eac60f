"""A unit in a period."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, share, text, whole, word

UNIT_KINDS = ("institution", "outlet", "staff", "region")


class Scorecard(dy.Schema):
    """A unit in a period.

    一个单位在一个期间的治理评分。
    """

    unit_kind = word("单位类别", "kind of unit", UNIT_KINDS, "key")
    unit_id = identity("单位编号", "unit", "key")
    period = text("期间", "month, YYYY-MM", "key")
    side = word("增量或存量", "new or stock", ("new", "stock"), "key")
    exposure = whole("基数（张）", "cards it answers for", "*", least=0)
    implicated = whole("涉案（张）", "cards implicated", "*", least=0)
    self_detected = whole("自主发现（张）", "implicated cards it found itself", "*", least=0)
    rate_per_10k = share("万张涉案率", "implicated per 10,000")
    shrunk_per_10k = share("收缩后万张涉案率", "the same, shrunk for small numbers")
    lower_per_10k = share("下限", "lower bound")
    upper_per_10k = share("上限", "upper bound")
    expected_per_10k = share("期望万张涉案率", "expected, given its customers")
    rank = whole("排名", "rank among its kind")
