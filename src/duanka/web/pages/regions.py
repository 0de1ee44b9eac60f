"""The map of regions: how each province stands, which of its districts are to be listed, and the districts of one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from duanka.tables import regions as places
from duanka.tables.words import LISTINGS
from duanka.web import show
from duanka.web.pages.governance import ROLES, chosen_of, everywhere
from duanka.web.words import said

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

COLUMNS = ("unit_id", "exposure", "implicated", "shrunk_per_10k", "lower_per_10k", "upper_per_10k")
MOST_DISTRICTS = 300


def page(request: Request) -> Response:
    """The provinces as a map and as a table; under a province that is chosen, its districts."""
    show.viewer(request, *ROLES)
    findings = everywhere(request)
    chosen = chosen_of(request, findings)
    equal = {"unit_kind": "region", "side": chosen.side, "period": chosen.period}
    rows = findings.whole("scorecard", COLUMNS, **equal).to_dicts()
    proposed = findings.whole(
        "listing", ("unit_id", "listing"), unit_kind="region", period=chosen.period
    )
    listed = {one["unit_id"]: one["listing"] for one in proposed.to_dicts()}
    province = request.query_params.get("province", "")[:6]
    inside = [r for r in rows if province and r["unit_id"][:2] == province[:2]]
    for one in inside:
        one["name"] = places.name_of(one["unit_id"])
        one["remark"] = places.remark(one["unit_id"])
        one["listing"] = listed.get(one["unit_id"], "none")
    inside.sort(key=lambda one: (-_weight(one["listing"]), -(one["lower_per_10k"] or 0)))
    provinces = _provinces(rows, listed)
    tiles = [one for one in rows if places.name_of(f"{one['unit_id'][:2]}0000") is None]
    most = max((_rate(one) or 0 for one in tiles), default=0)
    return show.page(
        request, "regions.html", chosen=chosen, provinces=provinces, province=province,
        shown=[_drawn(request, one) for one in provinces if one["name"]],
        tiles=[_tile(request, one, listed, most) for one in tiles[:MOST_DISTRICTS]], districts=inside[:MOST_DISTRICTS], more=max(len(inside) - MOST_DISTRICTS, 0),
    )  # fmt: skip


def _provinces(rows: list[dict[str, Any]], listed: dict[str, str]) -> list[dict[str, Any]]:
    """Each province with the sums of its districts and the gravest of their listings, worst first."""
    sums: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"exposure": 0, "implicated": 0, "districts": 0, "cards": 0, "listing": "none"}
    )
    for row in rows:
        one = sums[f"{row['unit_id'][:2]}0000"]
        one["exposure"] += row["exposure"]
        one["implicated"] += row["implicated"]
        one["districts"] += 1
        listing = listed.get(row["unit_id"], "none")
        one["cards"] += listing != "none"
        one["listing"] = max(one["listing"], listing, key=_weight)
    found = []
    for code, one in sums.items():
        found.append({"code": code, "name": places.name_of(code), "rate": _rate(one), **one})
    return sorted(found, key=lambda one: (-_weight(one["listing"]), -(one["rate"] or 0)))


def _weight(listing: str) -> int:
    return LISTINGS.index(listing) if listing in LISTINGS else 0


def _drawn(request: Request, one: dict[str, Any]) -> dict[str, Any]:
    """What the map needs of a province, its listing in the reader's words."""
    word = said(one["listing"])[show.language(request) == "en"] if one["listing"] != "none" else ""
    rate = None if one["rate"] is None else round(one["rate"], 2)
    return {"code": one["code"], "rate": rate, "word": word, "implicated": one["implicated"], "exposure": one["exposure"]}  # fmt: skip


def _tile(
    request: Request, row: dict[str, Any], listed: dict[str, str], most: float
) -> dict[str, Any]:
    """What is shown of a district that lies on no map, as a simulated town's; `heat` 0 to 4 of the highest rate."""
    rate, listing = _rate(row), listed.get(row["unit_id"], "none")
    told = _drawn(request, {**row, "code": row["unit_id"], "rate": rate, "listing": listing})
    return told | {"heat": min(4, -(-int(4 * (rate or 0) * 100) // int(most * 100)) if most else 0)}


def _rate(row: dict[str, Any]) -> float | None:
    return 10_000 * row["implicated"] / row["exposure"] if row["exposure"] else None


ROUTES = [Route("/governance/regions", page)]
