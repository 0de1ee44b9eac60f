"""A bank card, payment account or corporate account."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, instant, word
from duanka.tables.words import STATUSES


class Account(dy.Schema):
    """A bank card, payment account or corporate account.

    银行卡、支付账户或对公账户。
    """

    account_id = identity("账户编号", "account", "key")
    account_kind = word(
        "账户类别",
        "kind of account",
        ("class_1", "class_2", "class_3", "corporate", "payment"),
        "*",
    )
    holder_id = identity("开户人", "holder, a person or organisation", "*")
    institution_id = identity("开户机构", "institution", "*")
    outlet_id = identity("开户网点", "outlet that opened it")
    staff_id = identity("经办人员", "employee who opened it")
    opened_at = instant("开户时间", "when it was opened", "*")
    sim_id = identity("绑定电话卡", "SIM bound to it")
    status = word("账户状态", "status", STATUSES)
