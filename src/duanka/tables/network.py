"""A member of a discovered network."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, word
from duanka.tables.words import SUBJECT_KINDS


class Network(dy.Schema):
    """A member of a discovered network.

    所发现团伙的一个成员。
    """

    network_id = identity("团伙编号", "network", "key")
    subject_kind = word("成员类别", "kind of member", SUBJECT_KINDS, "key")
    subject_id = identity("成员编号", "member", "key")
