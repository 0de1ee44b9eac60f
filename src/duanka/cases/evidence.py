"""The evidence bundle of a case: what is known of it, the rows it rests on, versions, and a digest of each part."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

from duanka.cases.order_terms import iso
from duanka.store.chain import canonical
from duanka.store.ledger_desk import EXPORT
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

MANIFEST = "manifest.json"
_DAY = (2000, 1, 1, 0, 0, 0)
"""Every entry bears the same date, so that the same case gives the same bytes."""


def parts_of(desk: Desk, case: Record) -> dict[str, bytes]:
    """What the ledger knows of a case, as named parts: the case, its orders, appeals and history.

    Personal fields stay sealed; whoever needs them looks at them in the ledger, where that is written down.
    """
    orders = _of_cards(desk, case, "order")
    appeals = _of_cards(desk, case, "appeal")
    versions = sorted({(one["model_version"], one["policy_version"]) for one in case.body["cards"]})
    rows = [
        {"seq": r.seq, "act": r.act, "actor": r.actor, "at": r.at, "hash": r.hash.hex()}
        for r in desk.history("case", case.id)
    ]
    told: dict[str, Any] = {
        "case.json": {"id": case.id, "state": case.state, **case.body},
        "orders.json": [{"id": one.id, "state": one.state, **one.body} for one in orders],
        "appeals.json": [{"id": one.id, "state": one.state, **one.body} for one in appeals],
        "versions.json": [{"model": model, "policy": policy} for model, policy in versions],
    }
    parts = {name: canonical(value).encode() for name, value in told.items()}
    parts["history.jsonl"] = "".join(f"{canonical(row)}\n" for row in rows).encode()
    return parts


def bundle(desk: Desk, case: Record, rows: Mapping[str, bytes]) -> bytes:
    """The bundle as a zip file, with the rows given and a manifest of SHA-256 digests; that it was made is kept.

    Columns: `rows` names files such as `rows/transfer.csv`, with their content.
    """
    parts = parts_of(desk, case) | dict(rows)
    digests = {name: hashlib.sha256(text).hexdigest() for name, text in sorted(parts.items())}
    manifest = {
        "case_id": case.id,
        "made_at": iso(desk.at),
        "made_by": desk.viewer.user_id,
        "purpose": desk.purpose,
        "sha256": digests,
    }
    parts[MANIFEST] = canonical(manifest).encode()
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in sorted(parts.items()):
            made.writestr(zipfile.ZipInfo(name, _DAY), text, zipfile.ZIP_DEFLATED)
    whole = hashlib.sha256(file.getvalue()).hexdigest()
    desk.note(
        case, act=EXPORT, details={"what": "evidence", "sha256": whole, "files": len(digests)}
    )
    return file.getvalue()


def faults(raw: bytes) -> list[str]:
    """What in a bundle is not what its manifest says: changed, missing or added parts; empty if whole."""
    with zipfile.ZipFile(BytesIO(raw)) as opened:
        names = set(opened.namelist()) - {MANIFEST}
        told: dict[str, str] = json.loads(opened.read(MANIFEST))["sha256"]
        found = [f"{name} is missing" for name in sorted(set(told) - names)]
        found += [f"{name} was added" for name in sorted(names - set(told))]
        for name in sorted(names & set(told)):
            if hashlib.sha256(opened.read(name)).hexdigest() != told[name]:
                found.append(f"{name} was changed")
    return found


def _of_cards(desk: Desk, case: Record, kind: str) -> list[Record]:
    found = [
        record
        for one in case.body["cards"]
        for record in desk.find(Wanted(kind, about=one["card"]))
    ]
    return sorted(found, key=lambda record: record.id)
