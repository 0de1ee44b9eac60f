"""A hop of money traced from a reported loss."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import fen, flag, identity, instant, whole


class Flow(dy.Schema):
    """A hop of money traced from a reported loss.

    从报案损失出发追踪到的一跳资金。
    """

    lead_id = identity("线索编号", "lead", "key")
    hop = whole("层级", "hop, from 1", "key", least=1)
    transfer_id = identity("转账编号", "transfer", "key")
    payer_id = identity("付款方", "payer", "*")
    payee_id = identity("收款方", "payee", "*")
    at = instant("转账时间", "when", "*")
    amount_fen = fen("金额（分）", "amount in fen", "*", least=1)
    tainted_fen = fen("涉案金额（分）", "what of it came from the loss, in fen", "*", least=0)
    terminal = flag("是否终点", "where the trace ends", "*")
