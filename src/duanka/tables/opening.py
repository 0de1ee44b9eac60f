"""An application to open a card, granted or not."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, instant, text, word
from duanka.tables.words import CARD_KINDS


class Opening(dy.Schema):
    """An application to open a card, granted or not.

    一次开户、开卡或入网申请，无论是否办成。
    """

    opening_id = identity("申请编号", "application", "key")
    at = instant("申请时间", "when", "*")
    card_kind = word("卡类别", "kind of card", CARD_KINDS, "*")
    card_id = identity("所开的卡", "card opened, null when refused")
    applicant_id = identity("申请人", "applicant", "*")
    outlet_id = identity("受理网点", "outlet", "*")
    staff_id = identity("经办人员", "employee")
    terminal_id = identity("受理终端", "terminal")
    companion_id = identity("陪同人", "who came along")
    purpose = text("用途", "stated purpose")
    outcome = word("办理结果", "outcome", ("opened", "reduced", "refused"), "*")
    reason = text("原因", "reason")
