"""A card judged as of one instant."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, instant, share, text, texts, word
from duanka.tables.words import CARD_KINDS, MEASURES, TIERS


class Score(dy.Schema):
    """A card judged as of one instant.

    在某一时刻对一张卡的评判。
    """

    card_kind = word("卡类别", "kind of card", CARD_KINDS, "key")
    card_id = identity("卡编号", "card", "key")
    as_of = instant("评判时点", "instant it is judged for", "*")
    score = share("评分", "calibrated probability of being implicated, 0 to 1", "*")
    tier = word("风险等级", "tier", TIERS, "*")
    measure = word("处置措施", "measure advised", MEASURES, "*")
    reasons = texts("原因", "reason codes, strongest first", "*")
    network_id = identity("团伙编号", "network it belongs to")
    model_version = text("模型版本", "model version", "*")
    policy_version = text("策略版本", "policy version", "*")
