"""What was confirmed about a card."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import flag, identity, instant, word
from duanka.tables.words import CARD_KINDS, ROLES


class Label(dy.Schema):
    """What was confirmed about a card.

    关于一张卡的认定结果。
    """

    card_kind = word("卡类别", "kind of card", CARD_KINDS, "*")
    card_id = identity("卡编号", "card", "*")
    implicated = flag("是否涉案", "implicated", "*")
    known_at = instant("获知时间", "when we learned of it", "*")
    source = word("认定来源", "who confirmed it", ("police", "court", "review", "appeal"), "*")
    role = word("角色", "role", ROLES)
