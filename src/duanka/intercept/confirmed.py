"""What police or court had confirmed of a card by an instant, and nobody had cleared since."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_OFFICIAL = {"police", "court"}


class Confirmed:
    """The last word of the labels of each card, by when it was known."""

    def __init__(self) -> None:
        self._said: dict[str, list[tuple[int, bool]]] = {}

    def __len__(self) -> int:
        return len(self._said)

    def __contains__(self, card: str) -> bool:
        """Whether there is a label of the card. Columns: card its kind, NUL, its id."""
        return card in self._said

    def tell(self, label: Mapping[str, Any]) -> None:
        """Nothing; the label speaks for instants after it was known."""
        bad = bool(label["implicated"]) and label["source"] in _OFFICIAL
        said = self._said.setdefault(f"{label['card_kind']}\0{label['card_id']}", [])
        insort(said, (label["known_at"], bad), key=lambda one: one[0])

    def implicated(self, card_kind: str, card_id: str, at: int) -> bool:
        """Whether the last word known before the instant says so, and police or court spoke it."""
        said = self._said.get(f"{card_kind}\0{card_id}")
        if said is None:
            return False
        spot = bisect_left(said, at, key=lambda one: one[0])
        return spot > 0 and said[spot - 1][1]

    def save(self) -> list[Any]:
        """All that `restore` needs, as lists."""
        return [[card, [list(one) for one in said]] for card, said in self._said.items()]

    def restore(self, saved: list[Any]) -> None:
        """Take up what `save` gave."""
        self._said = {card: [(at, bad) for at, bad in said] for card, said in saved}
