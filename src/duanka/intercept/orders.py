"""The orders in force on each card, as the cases told of them; expired ones are never applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duanka.policy.table import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.decide_one import Outcome, Rules

_STRICTNESS = {answer: at for at, answer in enumerate(ANSWERS)}


@dataclass(frozen=True, slots=True)
class Order:
    """A measure in force on a card. Units: UTC microseconds."""

    measure: str
    starts_at: int
    expires_at: int | None
    legal_basis: str | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an order makes of an event, and the order it comes from."""

    outcome: Outcome
    order: Order


class Orders:
    """Orders by card and by their own id; what is lifted or expired is forgotten at once."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Order]] = {}

    def __len__(self) -> int:
        return sum(len(held) for held in self._of.values())

    def __contains__(self, card: str) -> bool:
        """Whether there is an order on the card. Columns: card its kind, NUL, its id."""
        return card in self._of

    @property
    def any(self) -> bool:
        """Whether there is an order on any card."""
        return bool(self._of)

    def tell(self, row: Mapping[str, Any]) -> None:
        """Nothing; the order stands as told, and the next event is answered by it."""
        card = f"{row['card_kind']}\0{row['card_id']}"
        held = self._of.setdefault(card, {})
        if row["state"] == "in_force":
            held[row["order_id"]] = Order(
                row["measure"], row["starts_at"], row["expires_at"], row["legal_basis"]
            )
        else:
            held.pop(row["order_id"], None)
        if not held:
            del self._of[card]

    def answer(
        self, rules: Rules, event: Mapping[str, Any], table: str, sides: Mapping[str, str]
    ) -> Ordered | None:
        """The strictest answer that an order in force demands of an event; None if none does.

        Columns: event: at, protected, at_counter; `sides` the card's key (kind, NUL, id) by side.
        """
        if not self._of:
            return None
        at, found = event["at"], None
        kind = "account" if table == "intercept_order_transfer" else "sim"
        for side, card in sides.items():
            for order in tuple(self._of.get(card, {}).values()):
                ended = order.expires_at is not None and at >= order.expires_at
                if at < order.starts_at or ended:
                    continue
                said = rules.outcome(table, kind, {**event, "measure": order.measure, "side": side})
                if said.then == "allow":
                    continue
                if found is None or _stricter(said.then, found.outcome.then):
                    found = Ordered(said, order)
        return found

    def save(self) -> list[Any]:
        """All that `restore` needs, as lists."""
        return [
            [card, name, o.measure, o.starts_at, o.expires_at, o.legal_basis]
            for card, held in self._of.items()
            for name, o in held.items()
        ]

    def restore(self, saved: list[Any]) -> None:
        """Take up what `save` gave."""
        self._of = {}
        for card, name, *order in saved:
            self._of.setdefault(card, {})[name] = Order(*order)


def _stricter(answer: str, than: str) -> bool:
    return _STRICTNESS[answer] > _STRICTNESS[than]


def at_least(answer: str, than: str) -> bool:
    """Whether an answer is as strict as another, or stricter."""
    return not _stricter(than, answer)
