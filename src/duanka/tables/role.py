"""A role suspected."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, share, text, word
from duanka.tables.words import ROLES


class Role(dy.Schema):
    """A role suspected.

    一个疑似角色。
    """

    subject_kind = word(
        "对象类别", "kind of subject", ("person", "organisation", "staff", "account", "sim"), "key"
    )
    subject_id = identity("对象编号", "subject", "key")
    role = word("角色", "role", ROLES, "key")
    score = share("评分", "score, 0 to 1", "*")
    network_id = identity("团伙编号", "network")
    evidence = text("证据", "JSON: signals with values, counts, instants and event ids", "*")
