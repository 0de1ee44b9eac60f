"""A row refused on the way in."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import text, whole


class Rejects(dy.Schema):
    """A row refused on the way in.

    入库时被拒绝的一行。
    """

    table = text("数据表", "table", "*")
    file = text("文件", "file", "*")
    line = whole("行号", "line in the file, 0 for the file as a whole", "*", least=0)
    column = text("列", "column")
    fault = text("问题", "fault", "*")
    value = text("值（已脱敏）", "value, masked")
