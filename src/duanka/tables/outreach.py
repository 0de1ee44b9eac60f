"""A group to warn."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, text, whole


class Outreach(dy.Schema):
    """A group to warn.

    需要宣传提醒的人群。
    """

    group = text("人群", "group", "key")
    channel = text("渠道", "channel", "key")
    message_id = identity("宣传内容编号", "message", "key")
    size = whole("人数", "people to reach", "*", least=0)
    holdout_size = whole("对照人数", "people held out to compare", "*", least=0)
