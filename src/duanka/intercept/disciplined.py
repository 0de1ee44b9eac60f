"""Who stands under discipline, as the ledger told the door: measure by measure, each until its own day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from duanka.cases.discipline_register import bars
from duanka.intercept.terms import day_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime


class Stands(NamedTuple):
    """A measure of discipline against a person. Units: UTC microseconds."""

    discipline_id: str
    measure: str
    starts_at: int
    expires_at: int
    legal_basis: str | None

    @property
    def told(self) -> str:
        """The basis, and the day on which the measure ends by itself."""
        last = day_of(self.expires_at)
        return f"{self.legal_basis or ''}（惩戒期至{last.isoformat()}，期满自动解除）"


class Disciplined:
    """Measures of discipline by person; what is lifted is forgotten at once, what is over bars nobody."""

    def __init__(self) -> None:
        self._of: dict[str, dict[tuple[str, str], Stands]] = {}

    def tell(self, row: Mapping[str, Any]) -> None:
        """Nothing; the measure stands as told, and the next application is answered by it."""
        held = self._of.setdefault(row["person_id"], {})
        one = Stands(
            row["discipline_id"], row["measure"], row["starts_at"], row["expires_at"], row["legal_basis"]
        )  # fmt: skip
        if row["state"] == "in_force":
            held[one.discipline_id, one.measure] = one
        else:
            held.pop((one.discipline_id, one.measure), None)
        if not held:
            del self._of[row["person_id"]]

    def barring(self, person_id: str, asked_kind: str, at: int, regime: Regime) -> Stands | None:
        """What bars the person from a card of the kind at the instant, the longest of it; None if nothing does."""
        held = self._of.get(person_id)
        if held is None:
            return None
        named = bars(regime, asked_kind)
        found = [
            one
            for one in held.values()
            if one.measure in named and one.starts_at <= at < one.expires_at
        ]
        return max(found, key=lambda one: (one.expires_at, one.discipline_id), default=None)

    def save(self) -> list[Any]:
        """All that `restore` needs, as lists."""
        return [[person, *one] for person, held in self._of.items() for one in held.values()]

    def restore(self, saved: list[Any]) -> None:
        """Take up what `save` gave."""
        self._of = {}
        for person, *told in saved:
            one = Stands(*told)
            self._of.setdefault(person, {})[one.discipline_id, one.measure] = one
