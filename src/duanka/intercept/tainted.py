"""How much reported stolen money stands on a card, so that no more than that need be held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Tainted:
    """Money of reported losses by account, carried along with payments; clean money leaves first.

    That is the mildest reading for the holder: as long as the balance that stays covers what was
    reported, nothing of a payment is tainted. Where no balance is told, the reported money leaves first.
    Units: fen.
    """

    def __init__(self) -> None:
        self._on: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._on)

    def __contains__(self, account: str) -> bool:
        """Whether reported money stands on the account."""
        return account in self._on

    def report(self, lead: Mapping[str, Any]) -> None:
        """Nothing; a lead's loss stands on the account it names."""
        if lead["card_kind"] == "account" and lead["loss_fen"]:
            card = lead["card_id"]
            self._on[card] = self._on.get(card, 0) + lead["loss_fen"]

    def part(self, transfer: Mapping[str, Any]) -> int:
        """How much of a transfer is reported money."""
        on = self._on.get(transfer["payer_id"], 0)
        if not on:
            return 0
        balance = transfer["payer_balance_fen"]
        left = on if balance is None else on - max(balance, 0)
        amount: int = transfer["amount_fen"]
        return max(0, min(left, amount))

    def moved(self, transfer: Mapping[str, Any], held_fen: int) -> None:
        """Nothing; what went through of the tainted part stands on the payee's account now."""
        if transfer["payer_id"] not in self._on or transfer["outcome"] == "failed":
            return
        went = max(0, self.part(transfer) - held_fen)
        if went:
            payer, payee = transfer["payer_id"], transfer["payee_id"]
            self._on[payer] -= went
            if not self._on[payer]:
                del self._on[payer]
            self._on[payee] = self._on.get(payee, 0) + went

    def clear(self, card_id: str) -> None:
        """Nothing; a card that was cleared carries no reported money."""
        self._on.pop(card_id, None)

    def save(self) -> list[Any]:
        """All that `restore` needs, as lists."""
        return [[card, on] for card, on in self._on.items()]

    def restore(self, saved: list[Any]) -> None:
        """Take up what `save` gave."""
        self._on = dict(saved)
