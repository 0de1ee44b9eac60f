"""A phone card."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, instant, word
from duanka.tables.words import STATUSES


class Sim(dy.Schema):
    """A phone card.

    电话卡。
    """

    sim_id = identity("电话卡编号", "SIM", "key")
    sim_kind = word("电话卡类别", "kind of SIM", ("phone", "iot"), "*")
    holder_id = identity("机主", "holder, a person or organisation", "*")
    institution_id = identity("电信企业", "operator", "*")
    outlet_id = identity("入网网点", "outlet that sold it")
    staff_id = identity("经办人员", "employee who sold it")
    activated_at = instant("激活时间", "when it was activated", "*")
    status = word("电话卡状态", "status", STATUSES)
