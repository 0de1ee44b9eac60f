"""Where cards come from: regions, institutions, outlets, staff, terminals and networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from duanka.simulate.plan import Plan
    from duanka.simulate.rhythm import Ints

BANK, PAYMENT, OPERATOR, MVNO = range(4)
BRANCH, HALL, AGENT, ONLINE = range(4)
INSTITUTION_KINDS = ("bank", "payment", "operator", "mvno")
OUTLET_KINDS = ("branch", "hall", "agent", "online")
_INSTITUTIONS = np.array([BANK] * 5 + [PAYMENT] * 2 + [OPERATOR] * 3 + [MVNO])
LOCAL_REGIONS = 12  # counties of the town; further codes are elsewhere in the country
# District codes beginning with 99 are unallocated, so nobody's county is meant.
REGIONS: tuple[str, ...] = tuple(f"9901{n:02d}" for n in range(1, LOCAL_REGIONS + 1)) + tuple(
    f"99{province:02d}{county:02d}" for province in range(2, 32) for county in (1, 3)
)


@dataclass(frozen=True)
class Places:
    """Institutions, outlets, staff; an outlet's staff and terminals are found by its number."""

    institution_kind: Ints
    outlet_institution: Ints
    outlet_kind: Ints
    outlet_region: Ints
    staff_outlet: Ints
    staff_hired: Ints  # days before the first day
    outlet_terminals: int = 3


def build_places(plan: Plan, rng: np.random.Generator) -> Places:
    """The outlets of a town: branches and halls by size, agents, and online channels."""
    institution, kind = [], []
    for number, what in enumerate(_INSTITUTIONS):
        walk_in = max(2, round(plan.people / (2_500 if what == BANK else 4_000)))
        if what == PAYMENT:
            kinds = [ONLINE]
        elif what == BANK:
            kinds = [BRANCH] * walk_in + [ONLINE]
        else:
            kinds = [HALL] * walk_in + [AGENT] * (2 * walk_in) + [ONLINE]
        institution += [number] * len(kinds)
        kind += kinds
    kinds_ = np.array(kind)
    staff_count = np.where(kinds_ == ONLINE, 1, rng.integers(2, 7, len(kinds_)))
    staff_outlet = np.repeat(np.arange(len(kinds_)), staff_count)
    return Places(
        institution_kind=_INSTITUTIONS.astype(np.int64),
        outlet_institution=np.array(institution),
        outlet_kind=kinds_,
        outlet_region=rng.integers(0, LOCAL_REGIONS, len(kinds_)),
        staff_outlet=staff_outlet,
        staff_hired=(rng.gamma(1.6, 1_100, len(staff_outlet)) + 20).astype(np.int64),
    )


def pick_outlets(
    rng: np.random.Generator, places: Places, wanted_kinds: tuple[int, ...], count: int
) -> Ints:
    """Outlets at which `count` cards of institutions of these kinds were opened; busy ones more."""
    fits = np.flatnonzero(np.isin(places.institution_kind[places.outlet_institution], wanted_kinds))
    online = places.outlet_kind[fits] == ONLINE
    weight = np.where(online, 6.0, 1.0) * np.exp(rng.normal(0, 0.6, len(fits)))
    return fits[rng.choice(len(fits), count, p=weight / weight.sum())]


def pick_staff(rng: np.random.Generator, places: Places, outlet: Ints) -> Ints:
    """A member of each outlet's staff."""
    first = np.searchsorted(places.staff_outlet, outlet, side="left")
    last = np.searchsorted(places.staff_outlet, outlet, side="right")
    return first + (rng.random(len(outlet)) * (last - first)).astype(np.int64)
