"""How rings work: each habit is a record of ranges, from which every ring draws its own tactics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

Tactics = dict[str, float]


@dataclass(frozen=True)
class Habit:
    """A way of working, as ranges that a ring draws from (log-uniform where both ends exceed 0)."""

    name: str
    side: str
    ranges: Mapping[str, tuple[float, float]]


# What any money ring may do; a habit overrides what is its own. Delays in seconds, sums in yuan.
_MONEY = {
    "night": (0.05, 0.6),  # share of scams that pay out between 22:00 and 05:00
    "payers": (1.0, 6.0),  # payments into a first-layer account on a working day
    "amount": (2_000.0, 15_000.0),  # median payment
    "spread": (0.6, 1.3),  # sigma of the logarithm of a payment
    "delay": (90.0, 2_400.0),  # median time a sum rests
    "layers": (1.0, 3.6),
    "split": (1.0, 4.0),
    "residue": (0.001, 0.04),  # share left behind at each hop
    "own_device": (0.0, 0.2),  # chance that the holder's own device stays in use
    "pool": (1.0, 9.0),  # accounts that one controlling device serves
    "test": (0.2, 0.8),
    "test_cents": (0.0, 1.0),  # share of tests of a yuan or less; others look like gifts
    "dormant": (0.05, 0.4),  # chance that the card slept before
    "mix": (0.1, 0.65),  # chance that ordinary life goes on beside
    "span": (1.0, 6.0),  # working days of a card
    "round": (0.1, 0.5),
    "qr": (0.0, 0.2),
    "cash": (0.1, 0.35),
    "crypto": (0.02, 0.15),
    "overseas": (0.01, 0.12),
    "merchant": (0.05, 0.3),
    "outside": (0.2, 0.5),
    "transit": (0.01, 0.1),  # chance of a detour through a wealth product
    "company": (0.02, 0.08),
    "abroad": (0.0, 0.3),  # chance that a controlling login comes from abroad
}
_PHONE = {
    "calls": (10.0, 70.0),  # calls in a SIM's whole working life
    "span": (1.0, 6.0),
    "answered": (0.42, 0.8),
    "duration": (40.0, 115.0),
    "duration_spread": (0.8, 1.4),
    "per_device": (1.0, 4.0),
    "hop": (2.0, 9.0),  # days before a SIM changes handset
    "repeat": (0.02, 0.2),  # share of calls that repeat a callee
    "callback": (0.0, 0.04),
    "fresh": (0.1, 0.6),
    "own_life": (0.0, 0.3),  # share of SIMs whose holder goes on using them
    "evening": (0.05, 0.4),
    "codes": (0.0, 1.0),
    "iot": (0.0, 0.1),
}


def _habit(name: str, side: str, **own: tuple[float, float]) -> Habit:
    return Habit(name, side, {**(_MONEY if side == "money" else _PHONE), **own})


HABITS: dict[str, Habit] = {
    habit.name: habit
    for habit in (
        _habit("classic", "money", night=(0.3, 0.9), payers=(3.0, 12.0), delay=(60.0, 900.0),
               test=(0.5, 1.0), residue=(0.0005, 0.01), layers=(2.0, 3.9), dormant=(0.3, 0.7),
               span=(1.0, 3.0)),
        _habit("slow", "money", night=(0.0, 0.12), payers=(0.5, 2.0), delay=(7_200.0, 130_000.0),
               amount=(1_000.0, 9_000.0), test=(0.2, 0.7), test_cents=(0.0, 0.15),
               residue=(0.02, 0.15), mix=(0.6, 1.0), span=(6.0, 30.0), dormant=(0.0, 0.2),
               own_device=(0.1, 0.6), transit=(0.05, 0.3)),
        _habit("runner", "money", payers=(5.0, 22.0), amount=(300.0, 3_500.0), qr=(0.5, 0.95),
               own_device=(0.9, 1.0), residue=(0.01, 0.05), delay=(200.0, 3_600.0), mix=(0.7, 1.0),
               span=(3.0, 18.0), layers=(1.0, 1.9), test=(0.0, 0.3), dormant=(0.0, 0.1),
               outside=(0.5, 0.9), company=(0.005, 0.02)),
        _habit("cash", "money", cash=(0.7, 1.6), crypto=(0.01, 0.05), layers=(1.0, 2.2),
               delay=(400.0, 3_600.0), transit=(0.15, 0.5), amount=(4_000.0, 25_000.0),
               test=(0.1, 0.5), own_device=(0.0, 0.4)),
        _habit("corporate", "money", company=(0.3, 0.8), amount=(30_000.0, 150_000.0),
               payers=(0.7, 3.0), night=(0.0, 0.2), layers=(2.0, 3.9), split=(2.0, 6.0),
               test=(0.1, 0.5), delay=(600.0, 14_000.0), dormant=(0.0, 0.3)),
        _habit("crypto", "money", crypto=(0.8, 1.8), cash=(0.01, 0.1), round=(0.6, 1.0),
               night=(0.3, 0.8), amount=(3_000.0, 30_000.0), layers=(1.0, 2.8), span=(2.0, 12.0),
               own_device=(0.1, 0.7), mix=(0.2, 0.8), delay=(300.0, 9_000.0)),
        _habit("goip", "phone", per_device=(4.0, 16.0), calls=(15.0, 110.0), span=(1.0, 4.0),
               evening=(0.02, 0.25)),
        _habit("handset_pair", "phone", per_device=(1.0, 2.5), fresh=(0.02, 0.2),
               own_life=(0.3, 0.9), calls=(12.0, 80.0), span=(1.0, 5.0)),
        _habit("hopping", "phone", hop=(0.4, 2.0), per_device=(1.0, 3.0), span=(3.0, 9.0)),
        _habit("code_farm", "phone", per_device=(6.0, 32.0), calls=(0.2, 3.0), codes=(8.0, 40.0),
               span=(4.0, 25.0), fresh=(0.3, 0.9)),
    )
}  # fmt: skip
MONEY_HABITS: tuple[str, ...] = tuple(h.name for h in HABITS.values() if h.side == "money")
PHONE_HABITS: tuple[str, ...] = tuple(h.name for h in HABITS.values() if h.side == "phone")
ALL_HABITS: tuple[str, ...] = MONEY_HABITS + PHONE_HABITS
# Disjoint, each with both sides: train on one group, ask how a model fares on the other.
TRAIN_HABITS: tuple[str, ...] = ("classic", "slow", "runner", "corporate", "goip", "hopping")
HELD_OUT_HABITS: tuple[str, ...] = ("cash", "crypto", "handset_pair", "code_farm")


def draw(habit: Habit, rng: np.random.Generator) -> Tactics:
    """One ring's tactics, drawn from the ranges of its habit."""
    tactics = {}
    for name, (low, high) in habit.ranges.items():
        if low > 0 and high / low > 3:
            tactics[name] = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        else:
            tactics[name] = float(rng.uniform(low, high))
    return tactics
