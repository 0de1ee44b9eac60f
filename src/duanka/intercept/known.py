"""All that a door knows: the live features, and the facts that the policy's tables ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duanka.features.live import Live
from duanka.intercept.acquaintance import Acquaintance
from duanka.intercept.confirmed import Confirmed
from duanka.intercept.disciplined import Disciplined
from duanka.intercept.events import TOLD
from duanka.intercept.holdings import Holdings
from duanka.intercept.orders import Orders
from duanka.intercept.tainted import Tainted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from duanka.features.live_state import Room
    from duanka.intercept.events import Event


class Known:
    """What was told so far; restored from `save`, it answers as if it had never stopped.

    `room` gives the features' rows their place, where that is not the heap.
    Units: `longest_us` the longest window in which applicants are counted, microseconds.
    """

    def __init__(
        self, receives: Collection[str], longest_us: int, *, room: Room | None = None
    ) -> None:
        self.live = Live(receives) if room is None else Live(receives, room=room)
        self.acquaintance = Acquaintance()
        self.confirmed = Confirmed()
        self.orders = Orders()
        self.disciplined = Disciplined()
        self.tainted = Tainted()
        self.holdings = Holdings(longest_us)

    @property
    def any_marked(self) -> bool:
        """Whether anything stands against any card at all."""
        return bool(self.confirmed or self.orders or self.tainted)

    def is_marked(self, card_kind: str, card_id: str) -> bool:
        """Whether anything stands against the card: an order, what was confirmed of it, reported money."""
        card = f"{card_kind}\0{card_id}"
        named = card in self.confirmed or card in self.orders
        return named or (card_kind == "account" and card_id in self.tainted)

    def tell(self, event: Event) -> None:
        """Nothing; an event that is not answered, or was long ago, is known from now on."""
        kind, row = event.kind, event.row
        if kind in TOLD:
            (self.orders if kind == "order" else self.disciplined).tell(row)
            return
        if kind == "label":
            self.confirmed.tell(row)
            if not row["implicated"]:
                self.tainted.clear(row["card_id"])
        elif kind == "lead":
            self.tainted.report(row)
        elif kind in {"account", "sim"}:
            self.holdings.card(kind, row)
        elif kind == "organisation":
            self.holdings.company(row)
        else:
            self.told_of(event, None)
        self.live.tell(kind, row)

    def told_of(self, event: Event, held_fen: int | None) -> None:
        """Nothing; the facts beside the features take up an event that was answered."""
        if event.kind == "opening":
            self.holdings.applied(event.row)
        elif event.kind == "transfer":
            self.acquaintance.saw("transfer", event.at)
            self.tainted.moved(event.row, held_fen or 0)
        elif event.kind == "call":
            self.acquaintance.saw("call", event.at)

    def save(self) -> dict[str, Any]:
        """All that `restore` needs, as arrays and plain lists."""
        return {
            "live": self.live.save(),
            "acquaintance": self.acquaintance.save(),
            "confirmed": self.confirmed.save(),
            "orders": self.orders.save(),
            "disciplined": self.disciplined.save(),
            "tainted": self.tainted.save(),
            "holdings": self.holdings.save(),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take up what `save` gave."""
        self.live.restore(saved["live"])
        # snapshots of versions before there was such a count: the door is new to everybody again
        self.acquaintance.restore(saved.get("acquaintance", {}))
        self.confirmed.restore(saved["confirmed"])
        self.orders.restore(saved["orders"])
        self.disciplined.restore(saved.get("disciplined", []))  # versions before knew of none
        self.tainted.restore(saved["tainted"])
        self.holdings.restore(saved["holdings"])
