"""`duanka lead export` and `duanka lead import`: leads as MISP or STIX, handling kept, every card looked at logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema

from duanka.errors import BadInput, NotAllowed
from duanka.jobs.leads import Acting
from duanka.leads import lead, misp, stix, told
from duanka.leads.schema import HANDLING, LEAD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.leads import Sender
    from duanka.policy.dated import Regime
    from duanka.store.ledger import Ledger, Viewer

FORMS = ("misp", "stix")
MOST_BYTES = 64 * 1024 * 1024
_CHECK = jsonschema.Draft202012Validator(LEAD)
BRINGING = Acting(purpose="leads brought in from another system")


@dataclass(frozen=True)
class Leaving:
    """Who takes leads out, for what, in which form, and for what kind of party."""

    viewer: Viewer
    purpose: str
    form: str
    party_kind: str


def export(book: Ledger, ids: Sequence[str], out: Path, leaving: Leaving, *, at: datetime) -> int:
    """How many leads were written to the file; each is a look and an export in the ledger, with its purpose.

    Raises: NotAllowed if the handling of one does not let it go to such a party, or without a purpose; then
        nothing is written.
    """
    _known(leaving.form)
    if not ids:
        raise BadInput("no lead is named", where="export", fix="name leads by their numbers")
    with book.desk(leaving.viewer, at=at, purpose=leaving.purpose) as desk:
        leads = []
        for id_ in ids:
            found = desk.look("lead", id_)
            if found.body.get("digested"):
                raise NotAllowed(
                    "its card is hidden under the key of a pair", where=id_, fix="export others"
                )
            leads.append(told.passed_on(found, party_kind=leaving.party_kind))
            details = {"form": leaving.form, "for": leaving.party_kind}
            desk.note(found, act="export", details=details)
        # the strictest of what is in a file holds for all of it
        handling = min((str(one["handling"]) for one in leads), key=HANDLING.index)
        if leaving.form == "misp":
            text = misp.written(leads, handling=handling, info="涉案两卡线索 leads about cards")
        else:
            text = stix.written(leads, handling=handling, at=at)
    # only once it stands in the ledger that they left
    out.write_text(text, encoding="utf-8")
    return len(leads)


@dataclass(frozen=True)
class Brought:
    """How many leads of a file were new, known before, and did not fit."""

    fresh: int
    known: int
    refused: int


def bring(
    path: Path,
    book: Ledger,
    sender: Sender,
    *,
    form: str,
    at: datetime,
    regime: Regime,
    by: Acting = BRINGING,
) -> Brought:
    """What came of a file in MISP or STIX: its leads are received as from any sender, once each.

    Raises: BadInput if it is none, or names no card; Unavailable without the extra cti.
    """
    _known(form)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES)
    except OSError as error:
        raise BadInput("the file cannot be read", where=path.name, fix="name another") from error
    read = misp.read if form == "misp" else stix.read
    leads = read(text, issuer_id=sender.sender_id)
    fit = [one for one in leads if _CHECK.is_valid(one)]
    fresh = 0
    with book.desk(by.viewer, at=at, purpose=by.purpose) as desk:
        for one in fit:
            data: dict[str, Any] = dict(one)
            fresh += desk.done(lead.key_of(sender.sender_id, data["lead_id"])) is None
            lead.receive(desk, data, unit=sender.unit, sender_id=sender.sender_id, regime=regime)
    return Brought(fresh, len(fit) - fresh, len(leads) - len(fit))


def _known(form: str) -> None:
    if form not in FORMS:
        raise BadInput("no such form", where="--form", fix=f"one of {', '.join(FORMS)}")
