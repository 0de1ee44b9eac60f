"""Rings as records: the roles, the bad cards with their days, and the ring that uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duanka.simulate.habits import Tactics

ROLES = (
    "mule", "runner", "minder", "recruiter", "dealer", "head_dealer", "company_agent",
    "controller", "cash_courier", "liaison", "financier", "insider", "victim",
)  # fmt: skip
HOUR = 3_600


@dataclass(frozen=True)
class BadCard:
    """A card that a ring uses; instants in seconds from the first midnight."""

    sim: bool
    number: int
    holder: int
    person: int  # who sold it or runs it
    ring: int
    role: str
    use: str  # money, dial, code or bound
    layer: int
    start: int
    stop: int
    handover: int
    device: int  # -1: the holder's own stays
    stock: bool
    clean: bool
    terminal: int = -1


@dataclass(frozen=True)
class Ring:
    """A ring: its members by role, its tactics, its cards and its days."""

    number: int
    money: str
    phone: str
    tactics: Tactics
    dialling: Tactics
    members: dict[str, tuple[int, ...]]
    insider: int  # staff, or -1
    begin: int
    end: int
    region: int
    cards: tuple[BadCard, ...]
