"""A published month as a record of the ledger: what was frozen, under which rules, and what has become another since."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import polars as pl

from duanka.store.ledger import SYSTEM, Record

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.jobs.publish import Published
    from duanka.store.ledger import Ledger

KIND = "publication"
PURPOSE = "publication of a month"


def record(done: Published, ledger: Ledger, *, now: datetime) -> Record:
    """The record of the month, written once; the months that it revises say so from now on."""
    told = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    rows = pl.read_csv(done.folder / "listing.csv", infer_schema=False)
    rungs = rows.group_by("listing").len().sort("listing") if rows.width else pl.DataFrame()
    body = {
        "name": done.folder.name,
        "period": told["period"],
        "as_of": told["as_of"],
        "policy_version": told["policy_version"],
        "files": dict(told["files"]),
        "proposals": dict(rungs.iter_rows()) if rungs.width else {},
        "revised_by": [],
    }
    digest = hashlib.sha256((done.folder / "manifest.json").read_bytes()).hexdigest()
    with ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk:
        for name in done.revises:
            if desk.has(KIND, f"p-{name}"):
                earlier = desk.get(KIND, f"p-{name}")
                if done.folder.name not in earlier.body["revised_by"]:
                    by = [*earlier.body["revised_by"], done.folder.name]
                    desk.write(earlier.but("revised", revised_by=by), act="revise")
        if desk.has(KIND, f"p-{done.folder.name}"):
            return desk.get(KIND, f"p-{done.folder.name}")
        made = Record(KIND, f"p-{done.folder.name}", "", "", "frozen", {**body, "digest": digest})
        return desk.write(made, act="publish")
