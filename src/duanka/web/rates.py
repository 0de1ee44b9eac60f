"""How many events a second a key may send, and when to come again when it has sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from duanka.web.problems import TooMany

if TYPE_CHECKING:
    from duanka.web.keys import Key

BLOCKS = 50
"""A large allowance is drawn in so many parts of a second, so that its bookkeeping costs next to nothing."""
WRONG_PER_MINUTE = 60
"""Refused keys a minute that one address gets an answer for."""


class Rates:
    """The allowances of all keys and addresses, kept in memory."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._items: dict[int, RateLimitItemPerSecond] = {}
        self._drawn: dict[str, int] = {}
        self._wrong = RateLimitItemPerMinute(WRONG_PER_MINUTE)

    def spend(self, key: Key, count: int) -> None:
        """Nothing; the key has used so many events of its second.

        Raises: TooMany if it has not that many left. What was drawn ahead is at most a fiftieth of a second's.
        """
        left = self._drawn.get(key.key_id, 0)
        if count > left:
            left += self._draw(key, count - left)
        self._drawn[key.key_id] = left - count

    def _draw(self, key: Key, need: int) -> int:
        item = self._items.get(key.per_second)
        if item is None:
            item = self._items[key.per_second] = RateLimitItemPerSecond(key.per_second)
        for amount in (max(need, key.per_second // BLOCKS), need):
            if self._limiter.hit(item, key.key_id, cost=amount):
                return amount
        raise TooMany(
            f"more than {key.per_second:,} events a second",
            where=f"key {key.key_id}",
            fix="send again after the seconds of Retry-After, or ask for a key with a higher rate",
        )

    def wrong(self, client: str) -> None:
        """Nothing; a refused key of this address is counted.

        Raises: TooMany if there were too many of them.
        """
        if not self._limiter.hit(self._wrong, "wrong", client):
            raise TooMany(
                "too many refused keys",
                where="Authorization",
                fix="wait a minute",
                retry_after_s=60,
            )
