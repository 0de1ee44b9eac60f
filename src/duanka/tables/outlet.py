"""A bank branch, operator's hall, agent or online channel."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, region, text, word


class Outlet(dy.Schema):
    """A bank branch, operator's hall, agent or online channel.

    银行网点、营业厅、代理渠道或线上渠道。
    """

    outlet_id = identity("网点编号", "outlet", "key")
    institution_id = identity("所属机构", "institution it belongs to", "*")
    outlet_kind = word("网点类别", "kind of outlet", ("branch", "hall", "agent", "online"), "*")
    region_code = region("所在地区", "district", "*")
    name = text("网点名称", "name")
