"""A text message: its kind, never its content."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, instant, word


class Message(dy.Schema):
    """A text message: its kind, never its content.

    一条短信：只有类别，没有内容。
    """

    message_id = identity("短信编号", "message", "key")
    at = instant("发送时间", "when", "*")
    sender_id = identity("发送方", "sender", "*")
    receiver_id = identity("接收方", "receiver", "*")
    message_kind = word("短信类别", "kind of message", ("personal", "code", "notice", "bulk"))
    device_id = identity("发送设备", "sender's handset")
