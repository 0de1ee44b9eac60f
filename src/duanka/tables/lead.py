"""A notice about a card, told or received."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import fen, identity, instant, word
from duanka.tables.words import CARD_KINDS


class Lead(dy.Schema):
    """A notice about a card, told or received.

    关于一张卡的线索，发出或收到。
    """

    lead_id = identity("线索编号", "lead", "key")
    issued_at = instant("发出时间", "when it was issued", "*")
    issuer_id = identity("发出单位", "who issued it", "*")
    card_kind = word("卡类别", "kind of card", CARD_KINDS, "*")
    card_id = identity("卡编号", "card", "*")
    case_id = identity("案件编号", "case")
    requested_measure = word(
        "请求措施", "measure asked for", ("query", "stop_payment", "freeze", "suspend", "verify")
    )
    deadline_at = instant("办理期限", "deadline")
    loss_fen = fen("损失金额（分）", "loss in fen", least=0)
