"""A call."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import flag, identity, instant, region, seconds


class Call(dy.Schema):
    """A call.

    一次通话。
    """

    call_id = identity("通话编号", "call", "key")
    at = instant("通话时间", "when", "*")
    caller_id = identity("主叫", "caller", "*")
    callee_id = identity("被叫", "callee", "*")
    duration_s = seconds("时长（秒）", "duration in seconds", "*")
    answered = flag("是否接通", "answered")
    device_id = identity("主叫设备", "caller's handset (IMEI)")
    region_code = region("主叫所在地区", "caller's district")
    roaming = flag("是否漫游", "roaming")
