"""Ids that are the same whenever the same thing is done, so that doing it twice does it once."""

from __future__ import annotations

import hashlib


def derived(prefix: str, *parts: str) -> str:
    """An id made of what it stands for.

    Example:
        >>> derived("o", "account:A1", "restrict") == derived("o", "account:A1", "restrict")
        True
    """
    told = "\x1f".join(parts).encode()
    return f"{prefix}-{hashlib.sha256(told).hexdigest()[:24]}"


def card(card_kind: str, card_id: str) -> str:
    """How a record says which card it is about.

    Example:
        >>> card("sim", "S1")
        'sim:S1'
    """
    return f"{card_kind}:{card_id}"
