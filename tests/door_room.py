"""A door's judges, and a few events a test can write down, for the tests of the live door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.intercept import events
from duanka.intercept.hot_path import Judges
from duanka.intercept.opening_up import judges_of, open_door
from duanka.jobs.judges import default_folder, load_judge
from duanka.jobs.progress import Progress
from duanka.policy.dated import load

if TYPE_CHECKING:
    from pathlib import Path

    from duanka.intercept.door import Door
    from duanka.intercept.events import Event

START = datetime(2026, 6, 1, 2, tzinfo=UTC)
NOW_US = events.micros(START + timedelta(days=1))
"""What the door's clock shows in these tests."""


@cache
def judges() -> Judges:
    """The default models and the national policy."""
    kinds = events.ANSWERED
    return judges_of(load(), {k: load_judge(default_folder(), k, "default").model for k in kinds})


def opened(path: Path, **more: Any) -> Door:
    """The door in the folder."""
    return open_door(path, more.pop("judges", None) or judges(), say=Progress(), **more)


def after(seconds: float) -> datetime:
    """That long after everything here begins."""
    return START + timedelta(seconds=seconds)


def transfer(n: int, at_s: float | None = None, **more: Any) -> Event:
    """Payment number n, one every second."""
    told = {
        "transfer_id": f"t{n}",
        "at": after(n if at_s is None else at_s),
        "payer_id": f"a{n % 5}",
        "payee_id": f"b{n % 3}",
        "amount_fen": 10_000 + n,
    }
    return events.of_row("transfer", told | more)


def call(n: int, **more: Any) -> Event:
    """Call number n, one every second."""
    told = {"call_id": f"c{n}", "at": after(n), "caller_id": "s1", "callee_id": f"u{n % 4}"}
    return events.of_row("call", told | {"duration_s": 60} | more)


def opening(n: int, **more: Any) -> Event:
    """Application number n, one every second."""
    told = {"opening_id": f"o{n}", "at": after(n), "card_kind": "sim", "applicant_id": f"p{n}"}
    return events.of_row("opening", told | {"outlet_id": "hall", "outcome": "opened"} | more)


def label(card: str, at_s: float, *, implicated: bool = True) -> Event:
    """What police said of an account."""
    told = {"card_kind": "account", "card_id": card, "implicated": implicated, "source": "police"}
    return events.of_row("label", told | {"known_at": after(at_s)})


def lead(card: str, at_s: float, loss_fen: int) -> Event:
    """A reported loss on an account."""
    told = {"lead_id": f"l{card}{at_s}", "issued_at": after(at_s), "issuer_id": "police"}
    return events.of_row(
        "lead", told | {"card_kind": "account", "card_id": card, "loss_fen": loss_fen}
    )


def order(card: str, measure: str, state: str = "in_force", **more: Any) -> Event:
    """An order on an account, from the beginning."""
    told = {"order_id": f"order-{card}", "card_kind": "account", "card_id": card}
    told |= {"measure": measure, "state": state, "starts_at": START, "legal_basis": "某条"}
    return events.of_row("order", told | more)


def mixed(count: int = 24) -> list[Event]:
    """Events of several kinds in order of time, two of them of one instant."""
    found = [transfer(n) for n in range(count)]
    found[4::6] = [call(n) for n in range(4, count, 6)]
    found[7::12] = [opening(n, companion_id="q") for n in range(7, count, 12)]
    found += [label("b1", 5.5), lead("a3", 8.5, 7_000), transfer(900, at_s=9)]
    return sorted(found, key=lambda event: event.at)


def severe() -> Judges:
    """Judges that find everything certain."""
    models = {}
    for kind, model in judges().models.items():
        sure = replace(model.calibration, logit=np.full_like(model.calibration.logit, 6.0))
        models[kind] = replace(model, calibration=sure, version="severe")
    return Judges(models, judges().terms)


def acquainted(door: Door) -> Door:
    """The door, which has seen transfers and calls for long enough."""
    door._held.known.acquaintance.restore({"transfer": [30, 0], "call": [30, 0]})
    return door
