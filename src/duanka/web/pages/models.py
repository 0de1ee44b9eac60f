"""The models that judge: their cards and figures, whether scores drifted since training, and a run unheard beside them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.routing import Route

from duanka.errors import BadModel, NotFound
from duanka.features import catalogue
from duanka.intercept import notebook
from duanka.jobs.drifting import FILE
from duanka.jobs.judges import default_folder
from duanka.models import drift
from duanka.policy.table import ADVICE, ANSWERS
from duanka.tables.words import TIERS
from duanka.web import show

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.web.console import Office
    from duanka.web.findings import Findings

SHIFTED, MOVING = 0.25, 0.1
"""From which stability index on a shift is usually looked into, and noticed: a habit of the trade, no rule."""
MOST_AT_ONCE = 200_000
"""Up to so many cards the distributions are compared while the page is asked for; beyond, once, beside the pages."""
MOST_LATEST = 20
MOST_FEATURES = 20
"""So many features of a subject are listed, those that moved most."""
KEY = ("models",)
WORDS = ("shifted", "moving", "steady")
WHERE = {
    "account": ("score", {"card_kind": "account"}),
    "sim": ("score", {"card_kind": "sim"}),
    "transfer": ("intercept", {"event_kind": "transfer"}),
    "call": ("intercept", {"event_kind": "call"}),
    "opening": ("opening_advice", {}),
}
"""Where a run wrote what the model of a subject said."""


def models(request: Request) -> Response:
    """Which model judged the run's cards, how the scores moved, and the cards of the models that ship."""
    show.viewer(request)
    office = show.office(request)
    used = office.findings.tally("score", ["card_kind", "model_version"]).rows(named=True)
    cards = _cards(default_folder())
    moved, errand = None, None
    if sum(row["n"] for row in used) <= MOST_AT_ONCE:
        moved = _moved(office, cards)
    else:
        errand = office.errands.of(KEY) or office.errands.start(
            KEY, lambda _: _moved(office, cards)
        )
        moved = errand.result
    return show.page(
        request, "models.html", used=used, cards=cards, shipped={one["version"] for one in cards},
        moved=moved, errand=errand, named=office.beside is not None, live=_live(office.door),
        features=_features(office.findings.out),
    )  # fmt: skip


def _features(out: Path) -> list[dict[str, Any]] | None:
    """By subject, how many features moved how far since training, and which most; None if the run does not tell.

    A run tells it of a sample of its rows (`jobs.drifting`), and of the score that the model alone gave.
    """
    try:
        told = json.loads((out / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    say = catalogue.sentences()
    found = []
    for subject in (one for one in catalogue.SUBJECTS if one in told):
        columns = [
            one | {"word": _word(one["stability_index"])} for one in told[subject]["columns"]
        ]
        features = [one | {"say": say[one["name"]]} for one in columns if one["name"] in say]
        counts = {word: sum(one["word"] == word for one in features) for word in WORDS}
        score = next((one for one in columns if one["name"] == "score"), None)
        found.append(
            {"subject": subject, "rows": told[subject]["rows"], "version": told[subject]["model_version"],
             "counts": counts, "score": score, "most": features[:MOST_FEATURES]}
        )  # fmt: skip
    return found


def _word(index: float) -> str:
    """How a stability index is usually read."""
    return "shifted" if index > SHIFTED else "moving" if index > MOVING else "steady"


def _live(door: Path | None) -> dict[str, Any] | None:
    """What the challenger beside a live door would have answered otherwise; None where no door is named."""
    if door is None:
        return None
    try:
        told, latest = notebook.read(door, most=MOST_LATEST)
    except NotFound:
        return {"told": None}
    counts = {name: told["counts"].get(f"challenger.{name}", 0) for name in ("judged", "different", "skipped")}  # fmt: skip
    rows = []
    for kind, given, would, count in notebook.totals_of(told):
        words = ADVICE if kind == "opening" else ANSWERS
        step = words.index(would) - words.index(given)
        rows.append((kind, given, would, "harder" if step > 0 else "gentler", count))
    return {"told": told, "counts": counts, "rows": rows, "latest": latest}


def _moved(office: Office, cards: list[dict[str, Any]]) -> dict[str, Any]:
    """How the scores of each subject moved, and the run that stands beside."""
    return {
        "drifts": [_drift(office.findings, one, office.beside) for one in cards],
        "beside": _beside(office.findings, office.beside) if office.beside else None,
    }


@lru_cache(maxsize=8)
def _cards(folder: Path) -> list[dict[str, Any]]:
    """The facts of each model of the folder, without its trees; they do not change while a console runs."""
    found: list[dict[str, Any]] = []
    for subject in catalogue.SUBJECTS:
        for file in sorted((folder / subject).glob("*.json")):
            told = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(told, dict) and "version" in told:
                found.append({"subject": subject, "about": {}, "figures": {}, "reference": {}} | told)  # fmt: skip
    return found


def _drift(findings: Findings, card: dict[str, Any], other: Findings | None) -> dict[str, Any]:
    """How far the scores of a subject moved: `since` training, or another run; `why` where that cannot be told.

    A card's score is joined with the comparison with its peers, and so is no score of the model alone: it is
    held against another run's. Events and applications are scored by the model.
    """
    subject = card["subject"]
    scores = _scores(findings, subject)
    told: dict[str, Any] = {"subject": subject, "n": scores.size, "why": "", "found": None, "since": "training"}  # fmt: skip
    kept = card["reference"]
    if subject in ("account", "sim"):
        before = _scores(other, subject) if other else np.zeros(0)
        kept = drift.reference(_no_features(before.size), before, [])
        told |= {"since": "run", "why": "" if before.size else "joined"}
    if not scores.size or told["why"]:
        return told | {"why": told["why"] or "nothing"}
    try:
        found = drift.drift(kept, _no_features(scores.size), scores, [])[0]
    except BadModel:
        return told | {"why": "no_reference"}
    return told | {"found": found, "word": _word(found.stability_index)}


def _scores(findings: Findings, subject: str) -> NDArray[np.float64]:
    table, equal = WHERE[subject]
    return findings.sample(table, "score", **equal).to_numpy().astype(np.float64)


def _no_features(rows: int) -> NDArray[np.float32]:
    """The features of so many rows, none of which a run keeps."""
    return np.empty((rows, 0), np.float32)


def _beside(findings: Findings, other: Findings) -> dict[str, Any]:
    """The run in force beside another of the same data: by kind, how many cards stand in which tier in each."""
    rows = findings.against(other).to_dicts()
    for row in rows:
        step = TIERS.index(row["theirs"]) - TIERS.index(row["mine"])
        row["way"] = "harder" if step > 0 else "gentler" if step < 0 else "same"
    versions = other.tally("score", ["card_kind", "model_version", "policy_version"])
    return {
        "rows": rows,
        "cards": sum(row["n"] for row in rows),
        "moved": sum(row["n"] for row in rows if row["way"] != "same"),
        "versions": versions.rows(named=True),
    }


ROUTES = [Route("/models", models)]
