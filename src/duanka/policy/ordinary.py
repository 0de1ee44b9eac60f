"""The tables for events about which nothing but the score speaks, looked up in bands: for the live door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.tables.words import TIERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        self._scores = np.array(rules.cuts(table, "score"), dtype=np.float64)
        self._amounts = np.array(rules.cuts(table, "amount_fen"), dtype=np.float64)
        self.said: dict[tuple[int, int, bool, bool], Outcome] = {}

    def bands(
        self, scores: NDArray[np.float64], amounts_fen: NDArray[np.float64]
    ) -> list[tuple[int, int]]:
        """Which cuts each score and amount is, or stands between. Units: amounts fen, exact below 2**53."""
        both = zip(_bands(self._scores, scores), _bands(self._amounts, amounts_fen), strict=True)
        return list(both)

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


def _bands(cuts: NDArray[np.float64], values: NDArray[np.float64]) -> list[int]:
    below, up_to = (np.searchsorted(cuts, values, side=side) for side in ("left", "right"))
    found: list[int] = (below + up_to).tolist()
    return found
