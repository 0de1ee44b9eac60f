"""The tables for events about which nothing but the score speaks, looked up in bands: for the live door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.policy.decide_one import between
from duanka.tables.words import TIERS

if TYPE_CHECKING:
    from duanka.policy.decide_one import Outcome, Rules


class Ordinary:
    """What the rules of a day say of transfers, or of calls, about which nothing but the score speaks.

    Nobody is implicated, both tiers are normal. Cases between the same cuts of score and amount have one
    outcome, so it is looked up: `said` by the two bands, whether it is protected, whether families agree.
    """

    def __init__(self, rules: Rules, event_kind: str) -> None:
        self._rules = rules
        self._kind = event_kind
        table = f"intercept_{event_kind}"
        self._scores = rules.cuts(table, "score")
        self._amounts = rules.cuts(table, "amount_fen")
        self.said: dict[tuple[int, int, bool, bool], Outcome] = {}

    def band(self, score: float, amount_fen: int) -> tuple[int, int]:
        """Which cuts the score and the amount are, or stand between."""
        return between(self._scores, score), between(self._amounts, amount_fen)

    def learn(
        self, key: tuple[int, int, bool, bool], *, score: float, amount_fen: int | None
    ) -> Outcome:
        """The outcome of a case with this key, from now on of all such cases.

        Raises: BadInput as `Rules.outcome`.
        """
        _, _, protected, families = key
        case = {
            "score": score,
            "amount_fen": amount_fen,
            "protected": protected,
            "implicated": False,
            "enough_families": families,
            "payer_tier": TIERS[0],
            "payee_tier": TIERS[0],
        }
        kind = "account" if self._kind == "transfer" else "sim"
        said = self.said[key] = self._rules.outcome(f"intercept_{self._kind}", kind, case)
        return said
