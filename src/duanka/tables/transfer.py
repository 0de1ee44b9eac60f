"""Money moving between two accounts."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import fen, identity, instant, region, word

MEMO_KINDS = (
    "salary",
    "pension",
    "social_insurance",
    "medical",
    "utility",
    "tax",
    "rent",
    "purchase",
    "personal",
    "refund",
    "other",
)
PROTECTED_MEMOS = MEMO_KINDS[:6]
"""Kinds of payment that pass under every restriction."""


class Transfer(dy.Schema):
    """Money moving between two accounts.

    两个账户之间的一笔转账。
    """

    transfer_id = identity("转账编号", "transfer", "key")
    at = instant("转账时间", "when", "*")
    payer_id = identity("付款方", "payer", "*")
    payee_id = identity("收款方", "payee", "*")
    amount_fen = fen("金额（分）", "amount in fen", "*", least=1)
    channel = word(
        "渠道", "channel", ("counter", "atm", "mobile", "web", "pos", "qr", "third_party")
    )
    payer_balance_fen = fen("付款方余额（分）", "payer's balance after, in fen")
    payee_balance_fen = fen("收款方余额（分）", "payee's balance after, in fen")
    device_id = identity("付款设备", "payer's device")
    region_code = region("发生地区", "where it was made")
    memo_kind = word("用途类别", "kind of payment", MEMO_KINDS)
    outcome = word("结果", "outcome", ("success", "failed"))
