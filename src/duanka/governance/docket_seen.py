"""Who sees which matter: a listed unit its own, once it was told, with the computation behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.errors import NotFound
from duanka.governance.docket import KIND

if TYPE_CHECKING:
    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record, Viewer

UNIT = "unit"
"""The role of whoever speaks for a listed unit, and of nobody in the office."""
UNTOLD = ("proposed", "planned", "checked")
"""States of which the unit has not been told yet."""


def speaks_for(viewer: Viewer) -> str:
    """The unit that a viewer speaks for, as matters name it; empty if for every unit of their institutions.

    Somebody who is named after a unit speaks for that one alone.

    Example:
        >>> from duanka.store.ledger_rows import Viewer
        >>> speaks_for(Viewer("outlet:o-1@deputy", ("unit",), ("bank_1",), ("*",)))
        'outlet:o-1'
    """
    name = viewer.user_id.partition("@")[0]
    return name if viewer.has(UNIT) and ":" in name else ""


def may_see(viewer: Viewer, one: Record) -> bool:
    """Whether a matter is the viewer's to see: a listed unit sees its own, once it was told of them."""
    if not viewer.has(UNIT):
        return True
    mine = speaks_for(viewer)
    return one.kind == KIND and one.state not in UNTOLD and mine in {"", one.about}


def seen(desk: Desk, one: Record) -> Record:
    """The matter, if it is theirs to see who sits at the desk.

    Raises: NotFound in the same words as for a matter that is not there.
    """
    if not may_see(desk.viewer, one):
        raise NotFound("no such matter within reach", where=one.id, fix="see `duanka matter list`")
    return one
