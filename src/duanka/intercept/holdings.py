"""What the opening limits need, as of the instant of one application; twin of `jobs.holdings`."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASSES = ("class_1", "class_2", "class_3")
_COUNTED = ("class_1", "class_2", "class_3", "payment")
Card = tuple[str, str, str, int]  # holder, institution, kind, since


class Holdings:
    """Cards by holder and company, and who applied lately with whom and at which terminal.

    Units: UTC microseconds; the windows are the policy's longest, so that any day's rules can be asked.
    """

    def __init__(self, longest_us: int) -> None:
        self._longest_us = longest_us
        self._cards: dict[str, dict[str, Card]] = {"account": {}, "sim": {}}
        self._held: dict[tuple[str, str], dict[str, Card]] = {}
        self._of_outlet: dict[str, dict[str, str]] = {"account": {}, "sim": {}}
        self._companies: set[str] = set()
        self._applied: dict[str, list[tuple[int, str]]] = {}

    def company(self, row: Mapping[str, Any]) -> None:
        """Nothing; limits on persons do not count for this organisation."""
        self._companies.add(row["organisation_id"])

    def card(self, card_kind: str, row: Mapping[str, Any]) -> None:
        """Nothing; the register says this of the card from now on."""
        name = row[f"{card_kind}_id"]
        since = row["opened_at" if card_kind == "account" else "activated_at"]
        card = (row["holder_id"], row["institution_id"], row[f"{card_kind}_kind"], since)
        before = self._cards[card_kind].get(name)
        if before is not None:
            self._held[before[0], before[1]].pop(f"{card_kind}\0{name}", None)
        self._cards[card_kind][name] = card
        self._held.setdefault((card[0], card[1]), {})[f"{card_kind}\0{name}"] = card
        if row["outlet_id"] is not None:
            self._of_outlet[card_kind][row["outlet_id"]] = row["institution_id"]

    def applied(self, opening: Mapping[str, Any]) -> None:
        """Nothing; the application counts in those windows that it falls into."""
        at, who = opening["at"], opening["applicant_id"]
        for name in ("companion_id", "terminal_id"):
            if opening[name] is not None:
                told = self._applied.setdefault(f"{name}\0{opening[name]}", [])
                insort(told, (at, who))
                del told[: bisect_right(told, (told[-1][0] - self._longest_us, "\U0010ffff"))]

    def facts(self, opening: Mapping[str, Any], windows_us: Mapping[str, int]) -> dict[str, Any]:
        """What `policy.decide_one.advise_opening` asks of an application that was told already.

        Columns: `windows_us` the spans of companion_id and terminal_id.
        """
        kind, at = opening["card_kind"], opening["at"]
        own = self._cards[kind].get(opening["card_id"]) if opening["card_id"] else None
        held = dict.fromkeys((f"{name}_held" for name in ("sims", "iot", *_COUNTED)), 0)
        company = own[1] if own is not None else self._company(opening["outlet_id"])
        if company is not None and opening["applicant_id"] not in self._companies:
            mine = f"{kind}\0{opening['card_id']}"
            for name, card in self._held.get((opening["applicant_id"], company), {}).items():
                word = {"phone": "sims"}.get(card[2], card[2])
                if card[3] < at and name != mine and f"{word}_held" in held:
                    held[f"{word}_held"] += 1
        held["debit_cards_held"] = sum(held[f"{name}_held"] for name in _CLASSES)
        return held | {
            "asked_kind": self._asked(kind, own),
            "companion_applicants": self._applicants("companion_id", opening, windows_us),
            "terminal_applicants": self._applicants("terminal_id", opening, windows_us),
        }

    def _company(self, outlet: str) -> str | None:
        of_sim = self._of_outlet["sim"].get(outlet)
        return of_sim if of_sim is not None else self._of_outlet["account"].get(outlet)

    @staticmethod
    def _asked(kind: str, own: Card | None) -> str:
        if own is not None:
            return "sim" if own[2] == "phone" else own[2]
        return "sim" if kind == "sim" else "unknown"

    def _applicants(
        self, name: str, opening: Mapping[str, Any], windows_us: Mapping[str, int]
    ) -> int:
        if opening[name] is None:
            return 0
        told, at = self._applied.get(f"{name}\0{opening[name]}", []), opening["at"]
        begin = bisect_right(told, (at - windows_us[name], "\U0010ffff"))
        end = bisect_right(told, (at, "\U0010ffff"))
        return len({who for _, who in told[begin:end]})

    def save(self) -> dict[str, Any]:
        """All that `restore` needs, as lists."""
        return {
            "cards": {k: [[n, *c] for n, c in held.items()] for k, held in self._cards.items()},
            "of_outlet": {
                k: [list(one) for one in of.items()] for k, of in self._of_outlet.items()
            },
            "companies": sorted(self._companies),
            "applied": [
                [host, [list(one) for one in told]] for host, told in self._applied.items()
            ],
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` gave."""
        self._held = {}
        for kind, held in saved["cards"].items():
            self._cards[kind] = {}
            for name, holder, institution, word, since in held:
                card = (holder, institution, word, since)
                self._cards[kind][name] = card
                self._held.setdefault((holder, institution), {})[f"{kind}\0{name}"] = card
        self._of_outlet = {k: dict(map(tuple, of)) for k, of in saved["of_outlet"].items()}
        self._companies = set(saved["companies"])
        self._applied = {host: [(at, who) for at, who in told] for host, told in saved["applied"]}
