"""Exposure (曝光): only of what is concluded, with its basis, masked, and for a time; nobody's person is ever exposed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from duanka.errors import BadInput, NotAllowed
from duanka.governance.docket import KIND, Proposal, propose
from duanka.governance.docket_steps import Action, Paper, step
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from duanka.policy.dated import Policy
    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

CONCLUDED = ("executed", "expired")
"""States of a penalty in which it is decided, served and carried out."""
_DIGITS = re.compile(r"[0-9A-Za-z]{6,}")


def masked(text: str, *, unit_name: str = "") -> str:
    """The text with long numbers and the unit's name hidden but for their ends.

    Example:
        >>> masked("某某支行 12345678 号", unit_name="某某支行")
        '某**行 12****78 号'
    """
    if len(unit_name) > 1:
        text = text.replace(unit_name, f"{unit_name[0]}**{unit_name[-1]}")
    return _DIGITS.sub(lambda found: f"{found[0][:2]}****{found[0][-2:]}", text)


def expose(desk: Desk, of: Record, says: str, judgement: Paper, policy: Policy) -> Record:
    """The proposed exposure of a concluded penalty, its words masked; a lead officer publishes it, the clock ends it.

    Raises: NotAllowed if the matter is not a penalty that was carried out, or is about an employee; BadInput
        if nothing is said.
    """
    if of.kind != KIND or of.body["kind"] != "penalty" or of.state not in CONCLUDED:
        raise NotAllowed(
            f"a {of.body['kind']} that is {of.state} is not concluded",
            where=of.id,
            fix="expose only penalties that were decided, served and carried out",
        )
    if not says.strip():
        raise BadInput("nothing to expose", where=of.id, fix="say what was found and decided")
    unit_kind, _, unit_id = of.about.partition(":")
    hidden = masked(says, unit_name=of.body["unit_name"])
    said = Proposal(
        "exposure", unit_kind, unit_id, of.institution_id, of.region_code, "exposure", of.body["period"],
        of.body["because"], of.body["legal_basis"], {}, of.body["office"], of.body["superior"],
        unit_name=masked(of.body["unit_name"], unit_name=of.body["unit_name"]),
    )  # fmt: skip
    made = propose(desk, said, policy)
    if made.body.get("of"):
        return made
    kept = desk.write(made.but(None, of=of.id, says=hidden), act="word")
    papers = (
        judgement,
        Paper("masked", hidden),
        Paper("legal_basis", of.body["legal_basis"]),
    )
    return step(desk, kept, Action("checked", papers), policy)


def exposed(desk: Desk) -> list[Record]:
    """What is exposed now: published, and its time not over."""
    found = desk.find(Wanted(KIND, states=("published",)))
    return [one for one in found if one.body["kind"] == "exposure"]
