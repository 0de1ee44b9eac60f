"""A bank, payment institution or operator."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, text, word


class Institution(dy.Schema):
    """A bank, payment institution or operator.

    银行、支付机构或电信企业。
    """

    institution_id = identity("机构编号", "institution", "key")
    institution_kind = word(
        "机构类别", "kind of institution", ("bank", "payment", "operator", "mvno"), "*"
    )
    name = text("机构名称", "name")
