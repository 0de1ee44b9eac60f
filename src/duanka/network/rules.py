"""The rules that networks are found by, as numbers read once from the policy in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Numbers(Protocol):
    """What is asked of a regime here: a parameter's number by its name."""

    def number(self, name: str) -> float:
        """The value of a parameter that is a number."""
        ...


TIES = ("used_on", "online_from", "opened_with", "opened_at", "bound_to", "run_by", "paid")
"""Relations to a host that several holders may share."""


@dataclass(frozen=True)
class Tie:
    """How surely a shared host means common control, and how many honest sharers are taken for granted."""

    strength: float
    strangers: float


@dataclass(frozen=True)
class Rules:
    """The parameters `networks.*` of the policy; shares and scores 0 to 1."""

    horizon: timedelta
    seed: float
    lead: float
    member: float
    purity: float
    least_holders: int
    bottleneck: float
    contact_bond: float
    enlist: float
    common_share: float
    common_bond: float
    pass_on: timedelta
    terminal: timedelta
    warned: timedelta
    victim_ratio: float
    card_price_fen: int
    candidates: Mapping[str, Tie]
    called: float
    ties: Mapping[str, Tie]


def rules_of(regime: Numbers) -> Rules:
    """The rules of networks in force.

    Raises: BadPolicy if a parameter is absent or no number.
    """

    def told(name: str) -> float:
        return regime.number(f"networks.{name}")

    return Rules(
        horizon=timedelta(days=told("horizon_days")),
        seed=told("seed_score"),
        lead=told("lead_score"),
        member=told("member_strength"),
        purity=told("host_purity"),
        least_holders=int(told("least_holders")),
        bottleneck=told("bottleneck_share"),
        contact_bond=told("contact_bond"),
        enlist=told("enlist_score"),
        common_share=told("common_share"),
        common_bond=told("common_bond"),
        pass_on=timedelta(minutes=told("pass_minutes")),
        terminal=timedelta(minutes=told("terminal_minutes")),
        warned=timedelta(hours=told("warned_hours")),
        victim_ratio=told("victim_ratio"),
        card_price_fen=int(told("card_price_fen")),
        candidates={
            name: Tie(told(f"{name}_strength"), told("candidate_strangers"))
            for name in ("called", "paid_for")
        },
        called=told("called_strength"),
        ties={tie: Tie(told(f"{tie}_strength"), told(f"{tie}_strangers")) for tie in TIES},
    )
