"""A card seen on a device: a SIM in a handset, an account logged in."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import flag, identity, instant, region, word
from duanka.tables.words import CARD_KINDS


class DeviceUse(dy.Schema):
    """A card seen on a device: a SIM in a handset, an account logged in.

    在设备上出现的卡：插入手机的电话卡，或登录的账户。
    """

    at = instant("时间", "when", "*")
    card_kind = word("卡类别", "kind of card", CARD_KINDS, "*")
    card_id = identity("卡编号", "card", "*")
    device_id = identity("设备", "device", "*")
    region_code = region("所在地区", "district")
    network_id = identity("网络地址摘要", "network address, digested")
    abroad = flag("是否境外", "abroad")
