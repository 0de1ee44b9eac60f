# ruff: noqa: INP001  # a script, as generate.py is
"""`docs/screenshots.py OUT DATA`: every page of the console as a picture in docs/screens, from a run of a town."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

import browser_room  # noqa: E402  # from the tests' folder, made known above
from browser_room import Town, Visit  # noqa: E402  # as above
from duanka.store.ledger import SYSTEM  # noqa: E402  # as above
from duanka.store.ledger_scope import Wanted  # noqa: E402  # as above
from duanka.web.findings import Ask  # noqa: E402  # as above

PARTS = {
    "case": ('input[name="file"]', "files"),
    "card": ("tr.fires", "what-if"),
    "compare": (".card table caption", "moved"),
}
"""What lies further down on a page and is a picture of its own: where, and under which name."""
ENGLISH = ("overview", "case", "card")
WHY = "核对操作台页面 checking the pages"


def main() -> None:
    """Nothing; the pictures are written, and what went wrong in the browser is said."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("out", type=Path, help="what `duanka run` wrote")
    reader.add_argument("data", type=Path, help="the folder that was judged")
    reader.add_argument("--to", type=Path, default=HERE / "screens")
    reader.add_argument("--wide", action="store_true", help="as a 4K screen shows it")
    reader.add_argument("--only", action="append", help="one page; may be repeated")
    asked = reader.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    size = {"width": 3840, "height": 2160} if asked.wide else browser_room.SIZE
    with (
        tempfile.TemporaryDirectory() as folder,
        browser_room.served(asked.out, asked.data, Path(folder)) as town,
        browser_room.browser() as opened,
        browser_room.visit(opened, town, size=size) as visit,
    ):
        places = pages(town)
        visit.enters("lead_officer")
        appeal_something(visit, places["case"])
        compare_something(visit)
        places["appeal"] = _first(town, "appeal", "/appeals/")
        for name, path in places.items():
            if not asked.only or name in asked.only:
                take(visit, name, path, asked.to)
        take_apart(visit, asked.to)
        sys.stdout.write("\n".join(visit.faults) or "no fault in the browser\n")


def pages(town: Town) -> dict[str, str]:
    """The address of each page, with a case, a card and a network that are there."""
    found = {name: f"/{name}" for name in ("overview", "queue", "network", "appeals", "leads", "openings", "policy", "models", "governance", "fairness")}  # fmt: skip
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        orders = desk.find(Wanted("order", states=("in_force",)), limit=1)
        case_id = orders[0].parent_id if orders else desk.queue(Wanted("case"), limit=1)[0].id
        card = desk.get("case", case_id).body["cards"][0]["card"]
    found |= {
        "regions": "/governance/regions?side=stock&province=990000",
        "levels": "/governance/levels",
        "published": "/governance/published",
        "matters": "/matters",
        "insiders": "/matters/insiders",
        "told": "/leads/told",
        "suggestions": "/leads/suggestions",
        "standings": "/leads/standings",
        "compare": "/policy/compare",
        "try": "/policy/try?table=account_measures&case.implicated=false&case.victim=false&case.tier=high_risk&case.score=0.95&case.dormant=false",
    }
    found |= {"case": f"/case/{case_id}", "card": "/card/" + card.replace(":", "/", 1)}
    networks = town.findings.tally("network", ["network_id"])["network_id"].to_list()
    if networks:
        found["ring"] = f"/network/{max(networks[:20], key=lambda one: _hops(town, one))}"
    return found


def _hops(town: Town, network_id: str) -> int:
    """How many traced hops touch a network's accounts: the more, the more there is to see."""
    equal = {"network_id": network_id, "subject_kind": "account"}
    cards = town.findings.rows(Ask("network", equal=equal))["subject_id"].to_list()
    return sum(
        town.findings.count(Ask("flow", either={"payer_id": one, "payee_id": one})) for one in cards
    )


def appeal_something(visit: Visit, path: str) -> None:
    """Nothing; an appeal against an order of the case has come in, if one is in force."""
    page = visit.go(path)
    if page.locator("details summary").count():
        page.locator("details summary").first.click()
        page.locator('details [name="words"]').first.fill("这是我的工资卡。")
        visit.sends(page.locator("details button").first)


def compare_something(visit: Visit) -> None:
    """Nothing; a higher line for high risk has been compared with the one in force."""
    page = visit.go("/policy/compare")
    page.locator('[name="changes"]').fill("account_tiers.suspicious_score = 0.2")
    visit.sends(page.locator("main form button.btn-primary"))
    page.locator("#errand table").wait_for()


def take(visit: Visit, name: str, path: str, to: Path) -> None:
    """Nothing; the page is a picture in Chinese, and in English where that is asked for."""
    for language in ("zh", "en") if name in ENGLISH else ("zh",):
        visit.go(f"/language/{language}?next={quote(path, safe='')}")
        visit.says_why(WHY)
        visit.page.wait_for_load_state("networkidle")
        visit.page.screenshot(path=to / f"{name}.{language}.png")
        if name in PARTS:
            visit.page.locator(PARTS[name][0]).last.scroll_into_view_if_needed()
            visit.page.screenshot(path=to / f"{PARTS[name][1]}.{language}.png")
        if name == "ring" and visit.page.locator("#money").count():
            visit.page.locator("#money").scroll_into_view_if_needed()
            visit.page.screenshot(path=to / f"money.{language}.png")


def take_apart(visit: Visit, to: Path) -> None:
    """Nothing; the pages that a lead officer does not see are pictures too."""
    visit.page.context.clear_cookies()
    visit.go("/login")
    visit.page.screenshot(path=to / "login.zh.png")
    visit.enters("auditor")
    visit.go("/audit")
    visit.sends('button[value="tally"]')
    visit.page.locator("#errand table").wait_for()
    visit.go("/audit")
    visit.sends('button[value="verify"]')
    visit.page.locator("#errand strong").wait_for()
    take(visit, "audit", "/audit", to)
    visit.page.context.clear_cookies()
    visit.go("/login")
    visit.enters("security")
    take(visit, "users", "/users", to)


def _first(town: Town, kind: str, place: str) -> str:
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        found = desk.find(Wanted(kind), limit=1)
    return place + found[0].id if found else place.rstrip("/")


if __name__ == "__main__":
    main()
