"""A transfer or call judged when it happened."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, share, texts, word


class Intercept(dy.Schema):
    """A transfer or call judged when it happened.

    在发生当时对一笔转账或一次通话的评判。
    """

    event_kind = word("事件类别", "kind of event", ("transfer", "call"), "key")
    event_id = identity("事件编号", "event", "key")
    score = share("评分", "score, 0 to 1", "*")
    answer = word(
        "答复",
        "answer",
        ("allow", "verify_transaction", "delay_settlement", "restrict", "suspend"),
        "*",
    )
    reasons = texts("原因", "reason codes, strongest first", "*")
