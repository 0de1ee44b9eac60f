"""What to cut first."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import fen, identity, whole, word
from duanka.tables.words import MEASURES, SUBJECT_KINDS


class Action(dy.Schema):
    """What to cut first.

    优先处置对象。
    """

    rank = whole("次序", "rank, from 1", "key", least=1)
    subject_kind = word("对象类别", "kind of subject", SUBJECT_KINDS, "*")
    subject_id = identity("对象编号", "subject", "*")
    network_id = identity("团伙编号", "network")
    flow_cut_fen = fen("可阻断金额（分）", "illicit flow expected to stop, in fen", "*", least=0)
    measure = word("处置措施", "measure advised", MEASURES, "*")
