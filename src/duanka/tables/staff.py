"""An employee who opens cards."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import day, identity


class Staff(dy.Schema):
    """An employee who opens cards.

    办理开户、开卡的从业人员。
    """

    staff_id = identity("从业人员编号", "employee", "key")
    outlet_id = identity("所在网点", "outlet", "*")
    hired_on = day("入职日期", "day hired")
