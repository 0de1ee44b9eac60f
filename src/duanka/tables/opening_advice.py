"""An application judged as it stood when it was made."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, share, texts, word


class OpeningAdvice(dy.Schema):
    """An application judged as it stood when it was made.

    对一次申请的评判，只凭申请当时已知的事实。
    """

    opening_id = identity("申请编号", "application", "key")
    score = share("评分", "score, 0 to 1", "*")
    advice = word("建议", "advice", ("allow", "check_further", "refuse_opening"), "*")
    reasons = texts("原因", "reason codes, strongest first", "*")
